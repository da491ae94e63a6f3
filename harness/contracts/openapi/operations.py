"""Rules about operations as such: gone, renamed, at another address."""

from collections.abc import Iterator

from harness.contracts.finding import Finding, Level
from harness.contracts.openapi.deprecation import removal
from harness.contracts.openapi.document import Operation
from harness.contracts.openapi.registry import RULES
from harness.contracts.openapi.versions import Versions, of_documents, of_operations

ADDED = RULES.declare("endpoint-added", Level.INFO, "There is a new operation.")
OPERATION_ID = RULES.declare(
    "api-operation-id-changed", Level.WARN, "An operation has another id: methods of generated clients are named by it."
)
SERVER = RULES.declare("api-server-removed", Level.WARN, "An address of the API is gone.")
CALLBACKS = RULES.declare(
    "api-callbacks-changed", Level.WARN, "What the server calls at its clients' changed; look at it yourself."
)


@of_documents
def operations(versions: Versions) -> Iterator[Finding]:
    """Every operation that only one document has."""
    for key, gone in versions.old.operations.items():
        if key not in versions.new.operations:
            yield removal(versions, gone, path_gone=key[0] not in versions.new.paths)
    for key, added in versions.new.operations.items():
        if key not in versions.old.operations:
            yield RULES.found(ADDED, added.name)


@of_documents
def servers(versions: Versions) -> Iterator[Finding]:
    """Addresses. None is the same as `/`."""
    before, now = (
        [each["url"] for each in document.raw.get("servers", ())] or ["/"] for document in (versions.old, versions.new)
    )
    for url in before:
        if url.rstrip("/") not in {each.rstrip("/") for each in now}:
            yield RULES.found(SERVER, "servers", url)


@of_documents
def webhooks(versions: Versions) -> Iterator[Finding]:
    """Compared as a whole: a checker of them would be one of clients that serve."""
    before, now = (document.raw.get("webhooks", {}) for document in (versions.old, versions.new))
    if versions.walk.old.text(before) != versions.walk.new.text(now):
        yield RULES.found(CALLBACKS, "webhooks")


@of_operations
def callbacks(versions: Versions, old: Operation, new: Operation) -> Iterator[Finding]:
    """See webhooks."""
    before, now = (operation.raw.get("callbacks", {}) for operation in (old, new))
    if versions.walk.old.text(before) != versions.walk.new.text(now):
        yield RULES.found(CALLBACKS, f"{old.name} callbacks")


@of_operations
def operation_ids(_versions: Versions, old: Operation, new: Operation) -> Iterator[Finding]:
    """Names for generated code."""
    before, now = (operation.raw.get("operationId") for operation in (old, new))
    if before is not None and before != now:
        yield RULES.found(OPERATION_ID, old.name, f"{before} became {now or 'none'}")
