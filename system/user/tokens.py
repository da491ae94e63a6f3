"""Tokens: JWTs signed with HS256 (RFC 7519), read strictly as RFC 8725 advises.

Algorithm, issuer, audience and kind are pinned, every claim is required. No leeway is given to the end of a token; one that
seems to be from the future is taken when that is less than instances' clocks may differ. What is read here is authentic and in
time; whether its version still stands, and its session goes on, is for versions.py to say.

The token that another buys has an id that follows from it, so that the same pair can be made again for who did not get it.
"""

import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

import jwt

from system.common.errors import Unauthenticated
from system.user.domain import Bearer, RefreshToken, Role, TokenPair, User
from system.user.settings import Settings

T = TypeVar("T")

ALGORITHM: Final = "HS256"
ISSUER: Final = "shop"
AUDIENCE: Final = "shop-clients"
ACCESS: Final = "access"
REFRESH: Final = "refresh"
COMMON: Final = ("iss", "aud", "sub", "iat", "exp", "jti", "typ", "ver")
REQUIRED: Final[Mapping[str, tuple[str, ...]]] = {ACCESS: (*COMMON, "role", "email"), REFRESH: (*COMMON, "fam")}
LENGTH_LIMIT: Final = 4096
"""Characters; nothing we issue comes near it."""


@dataclass(frozen=True)
class Issued:
    """What goes to the client, and what is kept of the refresh token."""

    pair: TokenPair
    refresh: RefreshToken


class Tokens:
    """Issues and reads tokens. `clock` gives seconds since the epoch."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.time) -> None:
        self._secret = settings.jwt_secret.get_secret_value()
        self._access_ttl_s = settings.access_ttl_s
        self._refresh_ttl_s = settings.refresh_ttl_s
        self._skew_s = settings.clock_skew_s
        self._clock = clock

    def issue(self, user: User, family: str, refresh_id: str | None = None, ends: datetime | None = None) -> Issued:
        """A pair for the user as it is now; `family` is that of the login it descends from.

        With the id of its refresh token and when that ends, it is the same pair again.
        """
        refresh_id = refresh_id or new_id()
        now = int(self._clock()) if ends is None else round(ends.timestamp()) - self._refresh_ttl_s
        access_ends, refresh_ends = now + self._access_ttl_s, now + self._refresh_ttl_s
        shared = {"iss": ISSUER, "aud": AUDIENCE, "sub": user.id, "ver": user.version, "iat": now, "fam": family}
        access = {**shared, "typ": ACCESS, "jti": following(refresh_id, ACCESS), "exp": access_ends}
        access |= {"role": user.role.value, "email": user.email}
        refresh = {**shared, "typ": REFRESH, "jti": refresh_id, "exp": refresh_ends}
        pair = TokenPair(self._sign(access), self._sign(refresh), _moment(access_ends), _moment(refresh_ends))
        return Issued(pair, RefreshToken(refresh_id, family, user.id, user.version, pair.refresh_expires_at))

    def read_access(self, token: str) -> Bearer:
        """Who an access token speaks for. Raises Unauthenticated."""
        return self._read(
            token,
            ACCESS,
            # Tokens of release 0.2 do not say of which session they are.
            lambda c: Bearer(str(c["sub"]), str(c["email"]), Role(c["role"]), int(c["ver"]), str(c.get("fam", ""))),
        )

    def read_refresh(self, token: str) -> RefreshToken:
        """What a refresh token says of itself. Raises Unauthenticated."""
        return self._read(
            token,
            REFRESH,
            lambda c: RefreshToken(str(c["jti"]), str(c["fam"]), str(c["sub"]), int(c["ver"]), _moment(c["exp"])),
        )

    def _sign(self, claims: Mapping[str, Any]) -> str:
        return jwt.encode(dict(claims), self._secret, ALGORITHM)

    def _read(self, token: str, kind: str, parse: Callable[[Mapping[str, Any]], T]) -> T:
        if len(token) > LENGTH_LIMIT:
            raise Unauthenticated("this is not a token", reason="TOKEN_INVALID")
        try:
            claims = jwt.decode(
                token,
                self._secret,
                algorithms=[ALGORITHM],
                issuer=ISSUER,
                audience=AUDIENCE,
                leeway=0,
                options={"require": list(REQUIRED[kind]), "verify_iat": False, "strict_aud": True},
            )
            _require_kind(claims, kind)
            if float(claims["iat"]) > self._clock() + self._skew_s:
                raise jwt.ImmatureSignatureError("it is from the future")
            return parse(claims)
        except jwt.ExpiredSignatureError as error:
            raise Unauthenticated("the token has expired", reason="TOKEN_EXPIRED") from error
        except (jwt.InvalidTokenError, ValueError, TypeError) as error:
            raise Unauthenticated("the token is not valid", reason="TOKEN_INVALID") from error


def new_id() -> str:
    """An id that no other token, family or account has."""
    return str(uuid.uuid4())


def following(token_id: str, kind: str = REFRESH) -> str:
    """The id of the refresh token that a refresh token buys, or of the access token beside it."""
    return str(uuid.uuid5(uuid.UUID(token_id), kind))


def _require_kind(claims: Mapping[str, Any], kind: str) -> None:
    if claims["typ"] != kind:
        raise jwt.InvalidTokenError(f"typ is not {kind}")


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
