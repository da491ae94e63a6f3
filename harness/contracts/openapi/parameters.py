"""Rules about parameters. Those of the path are the same when they stand at the same place, whatever their names."""

from collections.abc import Iterator, Mapping
from typing import Any

from harness.contracts.finding import Finding, Level
from harness.contracts.openapi.document import Operation
from harness.contracts.openapi.place import Place
from harness.contracts.openapi.registry import RULES, Direction
from harness.contracts.openapi.versions import Versions, of_operations

_ERR, _INFO = Level.ERR, Level.INFO
REMOVED = RULES.declare("request-parameter-removed", _ERR, "A parameter is not known any more: it is ignored or refused.")
MOVED = RULES.declare("request-parameter-location-changed", _ERR, "A parameter is expected elsewhere (query, header, cookie).")
REQUIRED_NEW = RULES.declare("new-required-request-parameter", _ERR, "A parameter must be sent that was not known.")
OPTIONAL_NEW = RULES.declare("new-optional-request-parameter", _INFO, "A parameter may be sent that was not known.")
REQUIRED = RULES.declare("request-parameter-became-required", _ERR, "A parameter must be sent that could be left out.")
SERIALIZATION = RULES.declare(
    "request-parameter-serialization-changed", _ERR, "A parameter is written otherwise (style, explode, content)."
)

_STYLES = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}
_NEVER_READ = frozenset({"accept", "content-type", "authorization"})
"""Headers that are described elsewhere; OpenAPI says to ignore parameters of these names."""

Key = tuple[str, str]
Parameter = Mapping[str, Any]


@of_operations
def parameters(versions: Versions, old: Operation, new: Operation) -> Iterator[Finding]:
    """What has become of every parameter."""
    before, now = _by_key(old), _by_key(new)
    added = {key: parameter for key, parameter in now.items() if key not in before}
    for key, was in before.items():
        where = f"{old.name} {was['in']}:{was['name']}"
        if key in now:
            yield from _changed(versions, was, now[key], where)
        elif elsewhere := next((each for each in added if each[1] == key[1]), None):
            yield RULES.found(MOVED, where, f"it is in {added.pop(elsewhere)['in']}")
        else:
            yield RULES.found(REMOVED, where)
    for parameter in added.values():
        rule = REQUIRED_NEW if parameter.get("required") is True else OPTIONAL_NEW
        yield RULES.found(rule, f"{old.name} {parameter['in']}:{parameter['name']}")


def _by_key(operation: Operation) -> dict[Key, Parameter]:
    return {_key(operation, each): each for each in operation.parameters if not _never_read(each)}


def _never_read(parameter: Parameter) -> bool:
    return parameter["in"] == "header" and parameter["name"].lower() in _NEVER_READ


def _key(operation: Operation, parameter: Parameter) -> Key:
    place, name = parameter["in"], parameter["name"]
    if place == "path" and name in operation.variables:
        return place, str(operation.variables.index(name))
    return place, name.lower() if place == "header" else name


def _changed(versions: Versions, old: Parameter, new: Parameter, where: str) -> Iterator[Finding]:
    if new.get("required") is True and old.get("required") is not True:
        yield RULES.found(REQUIRED, where)
    if (before := _serialization(old)) != (now := _serialization(new)):
        yield RULES.found(SERIALIZATION, where, f"{before} became {now}")
    yield from versions.schemas(old, new, Place(Direction.REQUEST, "request-parameter", where))


def _serialization(parameter: Parameter) -> tuple[str, ...]:
    if "content" in parameter:
        return tuple(sorted(parameter["content"]))
    style = parameter.get("style", _STYLES[parameter["in"]])
    return style, "exploded" if parameter.get("explode", style == "form") else "joined"
