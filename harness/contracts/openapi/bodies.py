"""Rules about request bodies."""

from collections.abc import Iterator

from harness.contracts.finding import Finding, Level
from harness.contracts.openapi.document import Operation
from harness.contracts.openapi.media_types import matched
from harness.contracts.openapi.place import Place
from harness.contracts.openapi.registry import RULES, Direction
from harness.contracts.openapi.versions import Versions, of_operations

_ERR, _INFO = Level.ERR, Level.INFO
REMOVED = RULES.declare("request-body-removed", _ERR, "A body is not known any more: it is ignored or refused.")
ADDED = RULES.declare("request-body-added-optional", _INFO, "A body may be sent that was not known.")
ADDED_REQUIRED = RULES.declare("request-body-added-required", _ERR, "A body must be sent that was not known.")
REQUIRED = RULES.declare("request-body-became-required", _ERR, "A body must be sent that could be left out.")
MEDIA_TYPE_REMOVED = RULES.declare("request-body-media-type-removed", _ERR, "A media type that was accepted is refused.")
ENCODING = RULES.declare("request-body-encoding-changed", Level.WARN, "Parts of a form are encoded otherwise.")


@of_operations
def request_bodies(versions: Versions, old: Operation, new: Operation) -> Iterator[Finding]:
    """What has become of the body."""
    before, now = (
        document.references.resolved(operation.raw.get("requestBody", {}))
        for document, operation in ((versions.old, old), (versions.new, new))
    )
    if not before and not now:
        return
    if not before:
        yield RULES.found(ADDED_REQUIRED if now.get("required") is True else ADDED, f"{old.name} body")
        return
    if not now:
        yield RULES.found(REMOVED, f"{old.name} body")
        return
    if now.get("required") is True and before.get("required") is not True:
        yield RULES.found(REQUIRED, f"{old.name} body")
    for media_type, was, found in matched(before.get("content", {}), now.get("content", {})):
        where = f"{old.name} {media_type}"
        if found is None:
            yield RULES.found(MEDIA_TYPE_REMOVED, where)
            continue
        if versions.walk.old.text(was.get("encoding", {})) != versions.walk.new.text(found.get("encoding", {})):
            yield RULES.found(ENCODING, where)
        yield from versions.schemas(was, found, Place(Direction.REQUEST, "request-body", where))
