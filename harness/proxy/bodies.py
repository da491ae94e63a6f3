"""Request bodies, decoded with the rules of Go's encoding/json, which clients of Toxiproxy rely on.

Field names match in any case, null means "not given", unknown fields and whatever follows the first value are ignored. A value
of the wrong type is refused; so is what would crash the real server.
"""

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from harness.direction import Direction
from harness.proxy.errors import BadRequestBody, InvalidStream, InvalidToxicType, MissingField
from harness.proxy.request import ProxyChange, ProxyRequest, require_addressable
from harness.proxy.toxic import TYPES, Toxic
from harness.seed import Seed

_INT64 = range(-(2**63), 2**63)
_KINDS = {str: "string", bool: "bool", int: "number", float: "number", list: "array", dict: "object"}
_LITERALS = ("true", "false", "null", "-")


class Body:
    """The fields of one JSON object. Every question about a field raises BadRequestBody when its type is another."""

    def __init__(self, content: Any) -> None:
        if not isinstance(content, dict | None):
            raise BadRequestBody(f"json: cannot unmarshal {_kind(content)} into an object")
        self._fields = {name.lower(): value for name, value in (content or {}).items() if value is not None}

    def text(self, field: str) -> str | None:
        """A string."""
        value: str | None = self._of(field, str, "string")
        # A lone surrogate is no text that could be sent to anybody.
        return value if value is None else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def flag(self, field: str) -> bool | None:
        """A boolean."""
        value: bool | None = self._of(field, bool, "bool")
        return value

    def share(self, field: str) -> float | None:
        """A number; that it lies between 0 and 1 is asked by `checked_share`."""
        value: float | None = self._of(field, (int, float), "float32")
        return value

    def whole(self, field: str) -> int | None:
        """A whole number of 64 bits."""
        value: int | None = self._of(field, int, "int64")
        if value is not None and value not in _INT64:
            raise BadRequestBody(f"json: cannot unmarshal number {value} into field {field} of type int64")
        return value

    def inner(self, field: str) -> "Body":
        """An object; an empty one when it is not given."""
        return Body(self._of(field, dict, "object"))

    def _of(self, field: str, kind: Any, go_name: str) -> Any:
        value = self._fields.get(field)
        if value is not None and (not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool)):
            raise BadRequestBody(f"json: cannot unmarshal {_kind(value)} into field {field} of type {go_name}")
        return value


def parse(raw: bytes) -> Any:
    """The first JSON value of a body. Raises BadRequestBody."""
    text = raw.decode(errors="replace").lstrip("\t\n\r ")
    if not text:
        raise BadRequestBody("EOF")
    try:
        return _DECODER.raw_decode(text)[0]
    except json.JSONDecodeError as error:
        rest = text[error.pos :].strip()
        if error.msg.startswith("Unterminated") or any(literal.startswith(rest) for literal in _LITERALS):
            raise BadRequestBody("unexpected EOF") from error
        raise BadRequestBody(f"invalid character {rest[0]!r}: {error.msg}") from error
    except (ValueError, RecursionError) as error:
        raise BadRequestBody(str(error)) from error


def proxy_request(raw: bytes) -> ProxyRequest:
    """The body of POST /proxies. Raises BadRequestBody, MissingField."""
    return _proxy(Body(parse(raw)), "")


def proxy_requests(raw: bytes) -> list[ProxyRequest]:
    """The body of POST /populate. Raises BadRequestBody, MissingField."""
    content = parse(raw)
    if not isinstance(content, list | None):
        raise BadRequestBody(f"json: cannot unmarshal {_kind(content)} into an array")
    bodies = [Body(each) for each in content or []]
    return [_proxy(body, f" at proxy {number}") for number, body in enumerate(bodies, 1)]


def proxy_change(raw: bytes) -> ProxyChange:
    """The body of PATCH /proxies/{proxy}. Raises BadRequestBody."""
    body = Body(parse(raw))
    return ProxyChange(body.text("listen"), body.text("upstream"), body.flag("enabled"))


def seed_of(raw: bytes) -> Seed | None:
    """The seed in the body of POST /reset, None without one: Toxiproxy ignores that body."""
    try:
        value = Body(parse(raw)).whole("seed")
    except BadRequestBody:
        return None
    return Seed(value) if value is not None and value >= 0 else None


class ToxicRequest:
    """The body of POST /proxies/{proxy}/toxics, asked in the order in which the real server answers."""

    def __init__(self, raw: bytes) -> None:
        body = Body(parse(raw))
        stream, kind = body.text("stream"), body.text("type") or ""
        self._body = body
        self._attributes = body.inner("attributes")
        given = body.share("toxicity")
        self._toxicity = 1.0 if given is None else given
        name = body.text("name")
        try:
            self.stream = Direction((Direction.DOWNSTREAM if stream is None else stream).lower())
        except ValueError:
            raise InvalidStream from None
        self.name = name or f"{kind}_{self.stream}"
        if kind not in TYPES:
            raise InvalidToxicType
        self._kind = TYPES[kind]
        try:
            require_addressable(self.name)
        except ValueError as error:
            raise BadRequestBody(str(error)) from error

    @property
    def toxicity(self) -> float:
        """Raises BadRequestBody."""
        return checked_share(self._toxicity)

    @property
    def toxic(self) -> Toxic:
        """Raises BadRequestBody."""
        return _toxic(self._kind, self._attributes, {})


def toxic_change(raw: bytes, toxic: Toxic, toxicity: float) -> tuple[Toxic, float]:
    """What a toxic becomes by the body of PATCH /proxies/{proxy}/toxics/{toxic}. Raises BadRequestBody."""
    body = Body(parse(raw))
    given = body.share("toxicity")
    changed = _toxic(type(toxic), body.inner("attributes"), attributes(toxic))
    return changed, toxicity if given is None else checked_share(given)


def attributes(toxic: Toxic) -> dict[str, int]:
    """The attributes of a toxic, in the order of their definition."""
    return {each.name: getattr(toxic, each.name) for each in _attribute_fields(type(toxic))}


def checked_share(value: float) -> float:
    """The share when it is one. Raises BadRequestBody."""
    if not 0 <= value <= 1:
        raise BadRequestBody("toxicity must be between 0 and 1")
    return value


def _proxy(body: Body, where: str) -> ProxyRequest:
    name, listen, upstream, enabled = body.text("name"), body.text("listen"), body.text("upstream"), body.flag("enabled")
    if not name:
        raise MissingField(f"name{where}")
    if not upstream:
        raise MissingField(f"upstream{where}")
    try:
        return ProxyRequest(name, listen or "", upstream, enabled=enabled is not False)
    except ValueError as error:
        raise BadRequestBody(f"{error}{where}") from error


def _toxic(kind: type[Toxic], given: Body, before: Mapping[str, int]) -> Toxic:
    values = {each.name: given.whole(each.name) for each in _attribute_fields(kind)}
    try:
        return kind(**{**before, **{name: value for name, value in values.items() if value is not None}})
    except ValueError as error:
        raise BadRequestBody(str(error)) from error


def _attribute_fields(kind: Any) -> Any:
    return fields(kind)


def _kind(value: Any) -> str:
    return _KINDS.get(type(value), "value")


def _no_constant(name: str) -> None:
    raise ValueError(f"invalid character {name[0]!r} looking for beginning of value")


_DECODER = json.JSONDecoder(parse_constant=_no_constant)
