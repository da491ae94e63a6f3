"""Which version of a user is in force: what an acknowledged change has outdated is never accepted again, by any instance.

The same holds of a session that was ended by itself, without a change of its user.

MySQL knows. Redis remembers for it, and is believed in one case only: it holds exactly the version asked about, or a higher
one. Whenever it holds a lower one, none, or does not answer, MySQL is asked and compared with. A change is acknowledged
after Redis has taken it; one that Redis could not be told of is announced again in the background by every instance until
it was, whoever made it and whether or not that instance still lives.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from typing import Final, TypeVar

import stamina
from prometheus_client import Counter

from system.common.background import pause
from system.common.database import Database, Transaction
from system.common.errors import Unauthenticated, Unavailable
from system.common.telemetry import log
from system.user.clients import CacheDown, Hit, VersionCache
from system.user.store import Store

T = TypeVar("T")
CHECKS = Counter("user_version_checks_total", "Versions judged, by what the cache had to say.", ["cache", "verdict"])
ANNOUNCE_ATTEMPTS: Final = 3
BATCH: Final = 100
POLL_S: Final = 0.5


class Versions:
    """The judge of versions, and the messenger that tells the cache of new ones."""

    def __init__(self, database: Database, store: Store, cache: VersionCache) -> None:
        self._database = database
        self._store = store
        self._cache = cache

    async def require_current(self, user_id: str, version: int, family: str = "") -> None:
        """Raise Unauthenticated unless `version` is in force and the session `family` goes on ("": it is not known).

        Raises Unavailable when neither Redis nor MySQL can say.
        """
        said, current, ended = await self._ask(user_id, version, family)
        verdict = "current" if version == current else "outdated"
        CHECKS.labels(said, "ended" if ended and verdict == "current" else verdict).inc()
        if verdict == "outdated":
            raise Unauthenticated("the account was changed after this token was issued", reason="TOKEN_OUTDATED")
        if ended:
            raise Unauthenticated("this session was ended; log in again", reason="SESSION_ENDED")

    async def announce(self, user_id: str, version: int) -> None:
        """Tell the cache of a committed change. Raises Unavailable when it cannot be told now; `loop` will."""
        known = await _told(lambda: self._cache.raise_to(user_id, version))
        with suppress(CacheDown, Unavailable):  # the promise is kept already; the rest can be caught up with
            if not known:
                await self._ask(user_id, version)
            await self._database.run(lambda tx: self._store.note_announced(tx, user_id, version))

    async def announce_end(self, user_id: str, family: str) -> None:
        """Tell the cache that a session was ended. Raises Unavailable as `announce` does."""
        await _told(lambda: self._cache.end(user_id, family))
        with suppress(Unavailable):
            await self._database.run(lambda tx: self._store.note_end_announced(tx, family))

    async def loop(self, stop: asyncio.Event) -> None:
        """Announce what is still to be announced, until `stop`. Raises Unavailable when Redis or MySQL are away."""
        while not stop.is_set():
            pending = await self._database.run(lambda tx: self._store.unannounced(tx, BATCH))
            for user_id, version in pending:
                await self.announce(user_id, version)
            ended = await self._database.run(lambda tx: self._store.unannounced_ends(tx, BATCH))
            for user_id, family in ended:
                await self.announce_end(user_id, family)
            if pending or ended:
                log.info("changes announced late", count=len(pending) + len(ended))
            if max(len(pending), len(ended)) < BATCH:
                await pause(stop, POLL_S)

    async def _ask(self, user_id: str, version: int, family: str = "") -> tuple[str, int | None, bool]:
        """What the cache had to say about `version`, the version in force (None: no such user), whether the session ended."""
        try:
            found = await self._cache.look_up(user_id, family)
        except CacheDown:
            current, ended = await self._read(user_id)
            return "down", current, family in ended
        if isinstance(found, Hit) and found.version >= version:
            return ("equal" if found.version == version else "higher"), found.version, found.ended
        current, ended = await self._read(user_id)
        if current is not None:
            with suppress(CacheDown):
                if isinstance(found, Hit):
                    await self._cache.raise_to(user_id, current)
                elif found.lease is not None:
                    await self._cache.populate(user_id, found.lease, current, ended)
        return ("lower" if isinstance(found, Hit) else "miss"), current, family in ended

    async def _read(self, user_id: str) -> tuple[int | None, Collection[str]]:
        """The version in force, and the sessions that ended so lately that tokens of theirs may be about."""

        async def read(tx: Transaction) -> tuple[int | None, Collection[str]]:
            version = await self._store.version(tx, user_id)
            return version, () if version is None else await self._store.ended(tx, user_id)

        return await self._database.run(read)


async def _told(tell: Callable[[], Awaitable[T]]) -> T:
    """Tell the cache something, a few times if need be. Raises Unavailable when it cannot be told."""
    try:
        async for attempt in stamina.retry_context(
            on=CacheDown, attempts=ANNOUNCE_ATTEMPTS, wait_initial=0.02, wait_max=0.2, wait_jitter=0.05
        ):
            with attempt:
                return await tell()
    except CacheDown as error:
        raise Unavailable(
            "the change could not be made known everywhere; it may take effect later, or be asked for again",
            reason="CHANGE_NOT_ANNOUNCED",
            retry_after_s=1,
        ) from error
    raise AssertionError("stamina either returns or raises")
