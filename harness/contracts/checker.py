"""What a contract is judged by, and where its documents come from: the protocols to implement for one more contract."""

from collections.abc import Iterable
from typing import Protocol

from harness.contracts.documents import Documents
from harness.contracts.finding import Finding
from harness.stack.view import StackView


class ContractChecker(Protocol):
    """Judges one contract. Pure: it sees two sets of documents, no stack, no network; a folder of its own at most."""

    @property
    def name(self) -> str:
        """What `--only` calls it, and the `contract` of its findings."""

    @property
    def about(self) -> str:
        """What it judges, in one sentence."""

    @property
    def released(self) -> tuple[str, ...]:
        """The documents of a release that it needs. Without one of them it is not called, and that is a finding."""

    @property
    def current(self) -> tuple[str, ...]:
        """The documents of the current system that it needs."""

    def check(self, released: Documents, current: Documents) -> Iterable[Finding]:
        """What has changed. An exception makes the whole check inconclusive."""


class SavedSource(Protocol):
    """Makes a current document from files, without a running system."""

    @property
    def document(self) -> str:
        """The file name of the document."""

    def read(self) -> bytes:
        """The document; the same bytes for the same files. Raises SourceError."""


class LiveSource(Protocol):
    """Reads a current document from a running system."""

    @property
    def document(self) -> str:
        """The file name of the document."""

    def read(self, stack: StackView) -> bytes:
        """The document; the same bytes for the same system. Raises SourceError."""


class SourceError(Exception):
    """A document could not be had; says why."""
