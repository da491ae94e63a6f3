"""Tokens are read strictly: whatever is not exactly what was issued, in time, is refused."""

import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from system.common.errors import Unauthenticated
from system.user.domain import Bearer, Role
from system.user.tokens import LENGTH_LIMIT, REQUIRED, Tokens
from tests.unit.system.user.fakes import ADA, SECRET, settings

FAMILY = "11111111-2222-4333-8444-555555555555"
TOKENS = Tokens(settings())
NO_ALGORITHM = b'{"alg":"none","typ":"JWT"}'
DAY_S = 86_400  # made when the tests are collected, which may be long before one is run
Claims = dict[str, object]


def access(**changes: object) -> Claims:
    """The claims of a good access token, some of them changed; None takes one out."""
    now = int(time.time())
    good = {"iss": "shop", "aud": "shop-clients", "sub": ADA.id, "ver": 1, "iat": now, "exp": now + DAY_S}
    good |= {"typ": "access", "jti": "j", "role": "USER", "email": ADA.email}
    return {name: value for name, value in (good | changes).items() if value is not None}


def refresh(**changes: object) -> Claims:
    """The same for a refresh token."""
    return access(**{"typ": "refresh", "role": None, "email": None, "fam": FAMILY} | changes)


def signed(claims: Claims, secret: str = SECRET, algorithm: str = "HS256") -> str:
    return jwt.encode(claims, secret, algorithm)


def unpadded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def test_an_access_token_says_who_it_speaks_for() -> None:
    issued = TOKENS.issue(ADA, FAMILY)
    assert TOKENS.read_access(issued.pair.access_token) == Bearer(ADA.id, ADA.email, Role.USER, 1, FAMILY)


def test_an_access_token_of_release_0_2_is_read_and_says_nothing_of_its_session() -> None:
    assert TOKENS.read_access(signed(access())).family == ""


def test_a_refresh_token_is_read_as_it_is_kept() -> None:
    issued = TOKENS.issue(ADA, FAMILY)
    assert TOKENS.read_refresh(issued.pair.refresh_token) == issued.refresh
    assert (issued.refresh.family, issued.refresh.user_id, issued.refresh.version) == (FAMILY, ADA.id, 1)


def test_every_token_has_an_id_of_its_own() -> None:
    first, second = (TOKENS.issue(ADA, FAMILY) for _ in range(2))
    assert first.refresh.id != second.refresh.id
    assert first.pair.access_token != second.pair.access_token


def test_tokens_end_when_the_settings_say() -> None:
    tokens = Tokens(settings(access_ttl_s=900, refresh_ttl_s=3600), clock=lambda: 1_795_000_000.9)
    pair = tokens.issue(ADA, FAMILY).pair
    assert pair.access_expires_at == datetime.fromtimestamp(1_795_000_900, UTC)
    assert pair.refresh_expires_at == datetime.fromtimestamp(1_795_003_600, UTC)


def test_hand_made_tokens_of_this_test_are_good_before_they_are_spoiled() -> None:
    assert TOKENS.read_access(signed(access())).user_id == ADA.id
    assert TOKENS.read_refresh(signed(refresh())).family == FAMILY


@pytest.mark.parametrize(
    "spoiled",
    [
        signed(access(), secret="another secret of thirty-two bytes"),
        signed(access(), algorithm="HS512"),
        jwt.encode(access(), "", "none"),
        f"{unpadded(NO_ALGORITHM)}.{signed(access()).split('.')[1]}.",
        f"{unpadded(NO_ALGORITHM)}.{'.'.join(signed(access()).split('.')[1:])}",
        f"{signed(access()).rsplit('.', 1)[0]}.",
        signed(access())[:-1],
        ".".join((signed(access()).split(".")[0], signed(access(role="ADMIN")).split(".")[1], signed(access()).split(".")[2])),
        signed(access(typ="refresh")),
        signed(refresh()),
        signed(access(iss="somebody")),
        signed(access(aud="somebody")),
        signed(access(aud=["shop-clients", "somebody"])),
        signed(access(iat=int(time.time()) + 2 * DAY_S)),
        signed(access(nbf=int(time.time()) + 2 * DAY_S)),
        signed(access(role="KING")),
        signed(access(ver="one")),
        signed(access(ver=[1])),
        signed(access(sub=7)),
        signed(access(exp="soon")),
        signed(access(padding="x" * LENGTH_LIMIT)),
        "",
        "a.b",
        "a.b.c",
        "ä.ö.ü",
        "....",
    ],
)
def test_anything_else_is_refused(spoiled: str) -> None:
    with pytest.raises(Unauthenticated) as refused:
        TOKENS.read_access(spoiled)
    assert refused.value.code == "TOKEN_INVALID"


@pytest.mark.parametrize("claim", REQUIRED["access"])
def test_an_access_token_needs_every_claim(claim: str) -> None:
    with pytest.raises(Unauthenticated):
        TOKENS.read_access(signed(access(**{claim: None})))


@pytest.mark.parametrize("claim", REQUIRED["refresh"])
def test_a_refresh_token_needs_every_claim(claim: str) -> None:
    with pytest.raises(Unauthenticated):
        TOKENS.read_refresh(signed(refresh(**{claim: None})))


@pytest.mark.parametrize("read", [TOKENS.read_access, TOKENS.read_refresh])
def test_a_token_of_the_other_kind_is_refused(read: Callable[[str], object]) -> None:
    both = access() | refresh() | {"typ": "access" if read == TOKENS.read_refresh else "refresh", "role": "USER", "email": "e"}
    with pytest.raises(Unauthenticated):
        read(signed(both))


def test_an_expired_token_is_told_from_a_bad_one() -> None:
    past = Tokens(settings(), clock=lambda: time.time() - 15 * 60)
    with pytest.raises(Unauthenticated) as refused:
        TOKENS.read_access(past.issue(ADA, FAMILY).pair.access_token)
    assert refused.value.code == "TOKEN_EXPIRED"


def test_a_token_is_given_no_leeway() -> None:
    last_moment = int(time.time())
    with pytest.raises(Unauthenticated) as refused:
        TOKENS.read_access(signed(access(exp=last_moment)))
    assert refused.value.code == "TOKEN_EXPIRED"


@given(st.text(max_size=200) | st.from_regex(r"[\w-]{1,40}\.[\w-]{1,40}\.[\w-]{0,40}", fullmatch=True))
def test_no_text_does_worse_than_being_refused(text: str) -> None:
    with pytest.raises(Unauthenticated):
        TOKENS.read_access(text)


@pytest.mark.parametrize(("ahead_s", "accepted"), [(0, True), (1, True), (4, True), (6, False), (3600, False)])
def test_the_clock_of_who_issued_a_token_may_be_ahead_a_little(ahead_s: int, accepted: bool) -> None:
    now = float(int(time.time()))
    issuer = Tokens(settings(), clock=lambda: now + ahead_s)
    reader = Tokens(settings(clock_skew_s=5), clock=lambda: now)
    pair = issuer.issue(ADA, FAMILY).pair
    for read, token in ((reader.read_access, pair.access_token), (reader.read_refresh, pair.refresh_token)):
        with nullcontext() if accepted else pytest.raises(Unauthenticated):
            read(token)


def test_a_pair_can_be_made_again_from_what_is_kept_of_it() -> None:
    first = TOKENS.issue(ADA, FAMILY)
    assert TOKENS.issue(ADA, FAMILY, first.refresh.id, first.refresh.expires_at) == first
