"""The protocol of the subject that the watchers of the shop observe."""

from typing import Protocol

import httpx

from chaos.subject.watchers.lock_book import LockBook
from harness.stack.view import StackView


class WatchedSystem(Protocol):
    """The sources of the watchers."""

    @property
    def stack(self) -> StackView:
        """Members, addresses, credentials."""

    @property
    def paying(self) -> httpx.AsyncClient:
        """Client of the payment provider."""

    @property
    def mailing(self) -> httpx.AsyncClient:
        """Client of the mailbox."""

    @property
    def lock_book(self) -> LockBook:
        """The holds of locks, which the watcher `locks` keeps up to date."""
