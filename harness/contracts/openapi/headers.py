"""Rules about the headers of responses."""

from collections.abc import Iterator, Mapping
from typing import Any

from harness.contracts.finding import Finding, Level
from harness.contracts.openapi.place import Place
from harness.contracts.openapi.registry import RULES, Direction
from harness.contracts.openapi.versions import Versions

REMOVED = RULES.declare("response-header-removed", Level.ERR, "A header that clients read does not come any more.")
OPTIONAL = RULES.declare("response-header-became-optional", Level.ERR, "A header that always came may be missing.")


def headers(versions: Versions, old: Mapping[str, Any], new: Mapping[str, Any], where: str) -> Iterator[Finding]:
    """What has become of every header of a response; their names have no case."""
    now = {name.lower(): versions.new.references.resolved(each) for name, each in new.get("headers", {}).items()}
    for name, each in old.get("headers", {}).items():
        was, place = versions.old.references.resolved(each), f"{where} header:{name}"
        found = now.get(name.lower())
        if found is None:
            yield RULES.found(REMOVED, place)
            continue
        if was.get("required") is True and found.get("required") is not True:
            yield RULES.found(OPTIONAL, place)
        yield from versions.schemas(was, found, Place(Direction.RESPONSE, "response-header", place))
