"""Rules about links: what a client may do next with what it was answered."""

from collections.abc import Iterator, Mapping
from typing import Any

from harness.contracts.finding import Finding, Level
from harness.contracts.openapi.document import Document, shape_of
from harness.contracts.openapi.registry import RULES
from harness.contracts.openapi.versions import Versions

REMOVED = RULES.declare("response-link-removed", Level.WARN, "A link that clients may follow is gone.")
CHANGED = RULES.declare(
    "response-link-changed", Level.WARN, "A link leads to another operation, or takes other parameters along."
)


def links(versions: Versions, old: Mapping[str, Any], new: Mapping[str, Any], where: str) -> Iterator[Finding]:
    """What has become of every link of a response."""
    now = {name: versions.new.references.resolved(each) for name, each in new.get("links", {}).items()}
    for name, each in old.get("links", {}).items():
        was, place = versions.old.references.resolved(each), f"{where} link:{name}"
        if name not in now:
            yield RULES.found(REMOVED, place)
        elif _meaning(versions.old, was) != _meaning(versions.new, now[name]):
            yield RULES.found(CHANGED, place)


def _meaning(document: Document, link: Mapping[str, Any]) -> tuple[Any, ...]:
    """The operation by its method and path, as its id may be renamed; and what is sent to it."""
    target = link.get("operationRef")
    for (path, method), operation in document.operations.items():
        if "operationId" in link and operation.raw.get("operationId") == link["operationId"]:
            target = (method, shape_of(path))
    return target, link.get("parameters"), link.get("requestBody")
