"""Passwords as argon2id hashes, computed in threads, a few at a time, so that logins cannot starve everything else.

A caller who gives up frees no place before its thread is done, and only so many wait: strangers who log in without end get
no more of this service than that.
"""

import asyncio
import secrets
from collections.abc import Callable
from typing import Protocol, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from system.common.bulkhead import Bulkhead
from system.user.domain import normal_password
from system.user.settings import Settings

T = TypeVar("T")


class InThread(Protocol):
    """Runs blocking work beside the event loop."""

    async def __call__(self, work: Callable[[], T], /) -> T:
        """What the work returns or raises."""


class Passwords:
    """Hashes and compares. The defaults of the settings are OWASP's minimum for argon2id (19 MiB, 2 passes, 1 lane)."""

    def __init__(self, settings: Settings, in_thread: InThread = asyncio.to_thread) -> None:
        self._hasher = PasswordHasher(
            time_cost=settings.argon2_time_cost,
            memory_cost=settings.argon2_memory_kib,
            parallelism=settings.argon2_parallelism,
        )
        self._in_thread = in_thread
        self._slots = Bulkhead("passwords", settings.argon2_at_once, settings.argon2_waiting)
        self._nobodys = self._hasher.hash(secrets.token_hex())

    async def hash(self, password: str) -> str:
        """The hash to keep, with its salt and parameters in it, of the password in its normal form."""
        normal = normal_password(password)
        return await self._run(lambda: self._hasher.hash(normal))

    async def match(self, password: str, password_hash: str | None) -> bool:
        """Whether the password made the hash. Without a hash the answer is no, after the same work.

        Hashes of release 0.2 are of what was typed, not of its normal form; they match, too, when it is typed like that.
        """
        normal = normal_password(password)

        def compare() -> bool:
            return self._made(normal, password_hash) or (normal != password and self._made(password, password_hash))

        return await self._run(compare)

    def _made(self, password: str, password_hash: str | None) -> bool:
        try:
            return self._hasher.verify(password_hash or self._nobodys, password) and password_hash is not None
        except (VerificationError, InvalidHashError):
            return False

    async def better(self, password: str, password_hash: str) -> str | None:
        """A hash to keep instead of one that this password matches, if it was made with other parameters than those now."""
        return await self.hash(password) if self.is_outdated(password_hash) else None

    def is_outdated(self, password_hash: str) -> bool:
        """Whether it was made with other parameters than those in force."""
        return self._hasher.check_needs_rehash(password_hash)

    async def _run(self, work: Callable[[], T]) -> T:
        async with self._slots.entered():
            working = asyncio.ensure_future(self._in_thread(work))
            try:
                return await asyncio.shield(working)
            finally:
                await asyncio.wait((working,))  # a thread goes on without its caller
