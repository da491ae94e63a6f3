"""What the watchers of the shop may look at."""

from typing import Protocol

import httpx

from chaos.subject.watchers.lock_book import LockBook
from harness.stack.view import StackView


class Sight(Protocol):
    """What watchers may look at."""

    @property
    def stack(self) -> StackView:
        """Members, addresses, credentials."""

    @property
    def paying(self) -> httpx.AsyncClient:
        """The payment provider."""

    @property
    def mailing(self) -> httpx.AsyncClient:
        """The customers' mailbox."""

    @property
    def lock_book(self) -> LockBook:
        """Where what was heard of the locks is written down."""
