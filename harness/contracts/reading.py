"""Reads the documents of the current system: saved ones from files, live ones from one running stack."""

from collections.abc import Collection

from harness.contracts.checker import SourceError
from harness.contracts.documents import CURRENT, Documents
from harness.contracts.released import Releases
from harness.contracts.system import SystemContracts
from harness.stack.view import StackView


def needs_stack(contracts: SystemContracts, names: Collection[str]) -> bool:
    """Whether one of these documents is read from a running stack."""
    return any(source.document in names for source in contracts.live)


def current_documents(contracts: SystemContracts, names: Collection[str], stack: StackView | None) -> Documents:
    """The documents of these names. Raises SourceError, also for a name that no source has."""
    files = {source.document: source.read() for source in contracts.saved if source.document in names}
    for source in contracts.live:
        if source.document in names:
            if stack is None:
                raise SourceError(f"{source.document} is read from a running stack, and there is none")
            files[source.document] = source.read(stack)
    if unknown := sorted(set(names) - files.keys()):
        raise SourceError(f"no source of {contracts.name} has {', '.join(unknown)}")
    return Documents(CURRENT, files)


def saved_documents(contracts: SystemContracts) -> Documents:
    """What can be known without a running stack: the newest release, with what is read from files in its place."""
    released = Releases(contracts.folder / "released").load()
    return Documents(CURRENT, {**released.files, **{source.document: source.read() for source in contracts.saved}})
