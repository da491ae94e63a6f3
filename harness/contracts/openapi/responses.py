"""Rules about responses: statuses, media types, and what is in them."""

from collections.abc import Iterator, Mapping
from typing import Any

from harness.contracts.finding import Finding, Level
from harness.contracts.openapi.document import Operation
from harness.contracts.openapi.headers import headers
from harness.contracts.openapi.links import links
from harness.contracts.openapi.media_types import matched
from harness.contracts.openapi.place import Place
from harness.contracts.openapi.registry import RULES, Direction
from harness.contracts.openapi.versions import Versions, of_operations

_ERR, _WARN, _INFO = Level.ERR, Level.WARN, Level.INFO
REMOVED = RULES.declare("response-success-status-removed", _ERR, "A success that clients wait for does not come any more.")
REFUSAL_REMOVED = RULES.declare(
    "response-non-success-status-removed", _WARN, "A refusal that clients handle does not come any more."
)
ADDED = RULES.declare("response-success-status-added", _WARN, "A success comes that clients do not know.")
REFUSAL_ADDED = RULES.declare("response-non-success-status-added", _INFO, "A refusal is documented that was not.")
MEDIA_TYPE_REMOVED = RULES.declare(
    "response-media-type-removed", _ERR, "A media type that clients read does not come any more."
)
MEDIA_TYPE_ADDED = RULES.declare("response-media-type-added", _INFO, "A response comes in one more media type.")

DEFAULT = "default"


@of_operations
def responses(versions: Versions, old: Operation, new: Operation) -> Iterator[Finding]:
    """What has become of every status. `2XX` and `default` stand for the statuses that are not named."""
    before, now = (
        {str(status).upper().replace("DEFAULT", DEFAULT): document.references.resolved(each) for status, each in raw.items()}
        for document, raw in ((versions.old, old.raw.get("responses", {})), (versions.new, new.raw.get("responses", {})))
    )
    for status, was in before.items():
        if (found := _of(now, status)) is None:
            yield RULES.found(REMOVED if _success(status) else REFUSAL_REMOVED, f"{old.name} {status}")
        else:
            yield from _changed(versions, was, found, f"{old.name} {status}")
    for status, found in now.items():
        if (was := _of(before, status)) is None:
            yield RULES.found(ADDED if _success(status) else REFUSAL_ADDED, f"{old.name} {status}")
        elif status not in before:
            yield from _changed(versions, was, found, f"{old.name} {status}")


def _of(responses_: Mapping[str, Any], status: str) -> Any:
    return next((responses_[each] for each in (status, f"{status[0]}XX", DEFAULT) if each in responses_), None)


def _success(status: str) -> bool:
    return status[0] in "123"


def _changed(versions: Versions, old: Mapping[str, Any], new: Mapping[str, Any], where: str) -> Iterator[Finding]:
    yield from headers(versions, old, new, where)
    yield from links(versions, old, new, where)
    before, now = old.get("content", {}), new.get("content", {})
    for media_type, was, found in matched(before, now):
        if found is None:
            yield RULES.found(MEDIA_TYPE_REMOVED, f"{where} {media_type}")
        else:
            yield from versions.schemas(was, found, Place(Direction.RESPONSE, "response-body", f"{where} {media_type}"))
    for media_type, _, found in matched(now, before):
        if found is None:
            yield RULES.found(MEDIA_TYPE_ADDED, f"{where} {media_type}")
