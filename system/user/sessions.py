"""Sessions: tokens for a password, new tokens for old, and whether a token still stands.

A refresh token works once. All that descend from one login are a family: a session. Whoever shows one that was used before may
have stolen it, or been stolen from, so the session ends there, with its access tokens (RFC 9700 section 4.14.2). Only who shows
it again a moment later, before what it bought was used, is given the same pair once more: the first answer may have been lost.
"""

import asyncio
from typing import Final

from system.common.background import pause
from system.common.database import Database, Transaction
from system.common.errors import Unauthenticated
from system.common.telemetry import log
from system.user.domain import Account, Bearer, RefreshToken, RuleBroken, TokenPair, User, valid_email, valid_id, valid_password
from system.user.handlers import refusing_broken_rules, there
from system.user.passwords import Passwords
from system.user.settings import Settings
from system.user.store import Store
from system.user.tokens import Tokens, following, new_id
from system.user.versions import Versions

SWEEP_S: Final = 60.0
SWEEP_BATCH: Final = 1000
MARGIN_S: Final = 60.0
"""How much longer than its last access token the end of a session is remembered."""


class Sessions:
    """The use cases of a token."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        store: Store,
        passwords: Passwords,
        tokens: Tokens,
        versions: Versions,
    ) -> None:
        self._again_s = settings.refresh_again_s
        self._ended_for_s = settings.access_ttl_s + settings.clock_skew_s + MARGIN_S
        self._database = database
        self._store = store
        self._passwords = passwords
        self._tokens = tokens
        self._versions = versions

    async def login(self, email: str, password: str) -> tuple[TokenPair, User]:
        """Issue tokens for a password. Raises Unauthenticated, the same for every reason and after the same work."""
        account = await self._candidate(email, password)
        matches = await self._passwords.match(password, account.password_hash if account else None)
        if account is None or not matches:
            raise Unauthenticated("the e-mail address or the password is wrong", reason="WRONG_CREDENTIALS")
        better = await self._passwords.better(password, account.password_hash)
        issued = self._tokens.issue(account.user, family=new_id())

        async def write(tx: Transaction) -> None:
            if better is not None:
                await self._store.rehash(tx, account.user.id, account.password_hash, better)
            await self._store.add_refresh(tx, issued.refresh)

        await self._database.run(write)
        return issued.pair, account.user

    async def refresh(self, refresh_token: str) -> TokenPair:
        """Trade a refresh token for a new pair. Raises Unauthenticated; a token used before ends its whole session.

        Raises Unavailable when that end cannot be made known now.
        """
        shown = self._tokens.read_refresh(refresh_token)
        pair = await self._database.run(lambda tx: self._rotate(tx, shown))
        if pair is None:
            log.warning("refresh token replayed or revoked", user_id=shown.user_id, family=shown.family)
            await self._versions.announce_end(shown.user_id, shown.family)
            raise Unauthenticated("the refresh token was used before; log in again", reason="REFRESH_TOKEN_REUSED")
        return pair

    async def verify(self, access_token: str) -> Bearer:
        """Who an access token speaks for. Raises Unauthenticated when it is bad, expired or outdated."""
        bearer = self._tokens.read_access(access_token)
        await self._versions.require_current(bearer.user_id, bearer.version, bearer.family)
        return bearer

    async def end(self, user_id: str, family: str) -> None:
        """End one session: none of its tokens is accepted from now on. Raises InvalidArgument, NotFound, Unavailable."""
        with refusing_broken_rules():
            known_user, known_family = valid_id(user_id), valid_id(family)

        async def write(tx: Transaction) -> None:
            there(await self._store.lock(tx, known_user))
            await self._store.end_session(tx, known_user, known_family)

        await self._database.run(write)
        await self._versions.announce_end(known_user, known_family)

    async def sweep(self, stop: asyncio.Event) -> None:
        """Forget expired refresh tokens and sessions that ended long ago, until `stop`."""
        while not stop.is_set():
            expired = await self._database.run(lambda tx: self._store.forget_expired(tx, SWEEP_BATCH))
            ended = await self._database.run(lambda tx: self._store.forget_ended(tx, self._ended_for_s, SWEEP_BATCH))
            if max(expired, ended) < SWEEP_BATCH:
                await pause(stop, SWEEP_S)

    async def _candidate(self, email: str, password: str) -> Account | None:
        """The account the password is to be compared with; None for credentials that no account can have."""
        try:
            address, _ = valid_email(email), valid_password(password)
        except RuleBroken:
            return None
        return await self._database.run(lambda tx: self._store.find_by_email(tx, address))

    async def _rotate(self, tx: Transaction, shown: RefreshToken) -> TokenPair | None:
        """The next pair, or None after a replay; revoking must be committed, so that is no exception here."""
        account = await self._store.lock(tx, shown.user_id)
        if account is None or account.user.version != shown.version:
            raise Unauthenticated("the account was changed after this token was issued", reason="TOKEN_OUTDATED")
        next_id = following(shown.id)
        if await self._store.use_refresh(tx, shown.id):
            issued = self._tokens.issue(account.user, shown.family, next_id)
            await self._store.add_refresh(tx, issued.refresh)
            return issued.pair
        if (ends := await self._store.repeatable(tx, shown.id, next_id, self._again_s)) is not None:
            return self._tokens.issue(account.user, shown.family, next_id, ends).pair
        await self._store.end_session(tx, shown.user_id, shown.family)
        return None
