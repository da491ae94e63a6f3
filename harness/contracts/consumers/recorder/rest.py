"""What a client uses of a REST API: an httpx transport notes the operations, a tracked JSON object the fields that are read.

    client = httpx.AsyncClient(transport=recorded(httpx.AsyncHTTPTransport(), packages=("chaos/client/",)))
    body = tracked(response, json_object)      # the same dict, and each field of it that is read is noted
    read_as(body, Order)                       # all fields of a dataclass were read by it

Off (no `CONTRACTS_RECORD_DIR`) the transport is the one given and the body is the dict given. Operations are named by method
and path with ids replaced (`GET /orders/{id}`), fields by status and path (`200 items.product_id`,
`problem code`).
"""

import dataclasses
import json
import os
import sys
import typing
from collections.abc import Callable, Iterator, KeysView, Mapping, Sequence
from types import FrameType
from typing import Any

import httpx

from harness.recording.operation import template

Note = Callable[[str, str, str, str, str], None]
_EXTENSION = "contract_use"
PROBLEM = "problem"
"""Stands for the status of every refusal: they have one form (RFC 9457), and their reader does not ask which it is."""


def recorded(inner: httpx.AsyncBaseTransport, *, packages: Sequence[str]) -> httpx.AsyncBaseTransport:
    """A transport that notes what code below `packages` (paths: `chaos/client/`) asks for; `inner` when recording is off."""
    if not os.environ.get("CONTRACTS_RECORD_DIR"):
        return inner
    from harness.contracts.consumers.recorder.runtime import LOG

    return ContractTransport(inner, packages, LOG.add)


class ContractTransport(httpx.AsyncBaseTransport):
    """Notes operations, the fields sent, and the statuses answered. Requests from elsewhere than `packages` pass unnoted."""

    def __init__(self, inner: httpx.AsyncBaseTransport, packages: Sequence[str], note: Note) -> None:
        self._inner = inner
        self._places = Places(packages)
        self._note = note

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """See httpx.AsyncBaseTransport."""
        response = await self._inner.handle_async_request(request)
        if place := self._places.nearest():
            use = Use(f"{request.method} {template(request.url.path)}", response.status_code, self._note, self._places)
            use.note("at", "", place)
            use.note("codes", str(response.status_code), place)
            for name in (*_names(_sent(request)), *(f"?{name}" for name in request.url.params)):
                use.note("sends", name, place)
            response.extensions[_EXTENSION] = use
        return response

    async def aclose(self) -> None:
        """Close `inner`."""
        await self._inner.aclose()


class Places:
    """Finds where in the recorded packages the running code was called from."""

    def __init__(self, packages: Sequence[str]) -> None:
        self._packages = tuple(packages)

    def nearest(self) -> str:
        """The nearest public function (`chaos/client/shop.py:Shop.order`) on the stack; "" when there is none."""
        frame: FrameType | None = sys._getframe(1)
        while frame is not None:
            code = frame.f_code
            for package in self._packages:
                at = code.co_filename.rfind(f"/{package}")
                if at >= 0 and not code.co_name.startswith(("_", "<")):
                    return f"{code.co_filename[at + 1 :]}:{code.co_qualname.replace('.<locals>', '')}"
            frame = frame.f_back
        return ""

    def of(self, kind: type) -> str:
        """The place of a class of the recorded packages; "" for others."""
        file = f"{kind.__module__.replace('.', '/')}.py"
        return f"{file}:{kind.__qualname__}" if file.startswith(self._packages) else ""


@dataclasses.dataclass(frozen=True)
class Use:
    """One exchange, and who notes what is used of it."""

    operation: str
    status: int
    _note: Note
    _places: Places

    def note(self, what: str, value: str, place: str) -> None:
        """Note a fact about the operation."""
        self._note("rest", self.operation, what, value, place)

    def read(self, path: str, kind: type | None = None) -> None:
        """Note that a field was read: by a class, or by the code that runs."""
        if place := self._places.of(kind) if kind else self._places.nearest():
            self.note("reads", f"{PROBLEM if self.status >= 400 else self.status} {path}", place)


def tracked(response: httpx.Response, body: dict[str, Any]) -> dict[str, Any]:
    """The body of a response, tracked when its exchange is recorded."""
    use = response.extensions.get(_EXTENSION)
    return TrackedObject(body, use) if isinstance(use, Use) else body


def read_as(body: Mapping[str, Any], kind: Any) -> None:
    """Note that a dataclass was made of a body: every field of it that the body has was read by the class that declares it."""
    if isinstance(body, TrackedObject):
        body.read_as(kind)


class TrackedObject(dict[str, Any]):
    """A JSON object that notes what is read of it. Equal to the object it was made of; objects inside are tracked, too."""

    def __init__(self, body: Mapping[str, Any], use: Use, path: str = "") -> None:
        super().__init__({name: _tracked(value, use, _join(path, name)) for name, value in body.items()})
        self._use = use
        self._path = path

    def __getitem__(self, name: str) -> Any:
        self._read(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        """See dict.get."""
        self._read(name)
        return super().get(name, default)

    def __contains__(self, name: object) -> bool:
        self._read(str(name))
        return super().__contains__(name)

    def __iter__(self) -> Iterator[str]:
        self._all()
        return super().__iter__()

    def keys(self) -> KeysView[str]:  # type: ignore[override]  # dict_keys is a KeysView
        """See dict.keys."""
        self._all()
        return super().keys()

    def items(self) -> Any:
        """See dict.items."""
        self._all()
        return super().items()

    def values(self) -> Any:
        """See dict.values."""
        self._all()
        return super().values()

    def read_as(self, kind: Any) -> None:
        """Note what a dataclass reads of this object, and of those inside."""
        for declared in _dataclasses_in(kind):
            hints = typing.get_type_hints(declared)
            for each in dataclasses.fields(declared):
                if not super().__contains__(each.name):
                    continue
                self._use.read(_join(self._path, each.name), declared)
                value = super().__getitem__(each.name)
                for inner in value if isinstance(value, list) else (value,):
                    if isinstance(inner, TrackedObject):
                        inner.read_as(hints[each.name])

    def _all(self) -> None:
        for name in super().__iter__():
            self._read(name)

    def _read(self, name: str) -> None:
        """Looking for what is not there uses nothing."""
        if super().__contains__(name):
            self._use.read(_join(self._path, name))


def _tracked(value: Any, use: Use, path: str) -> Any:
    if isinstance(value, dict):
        return TrackedObject(value, use, path)
    return [_tracked(each, use, path) for each in value] if isinstance(value, list) else value


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _dataclasses_in(kind: Any) -> Iterator[Any]:
    """The dataclasses that a type names: `Order`, `Money | None`, `tuple[Line, ...]`."""
    if dataclasses.is_dataclass(kind):
        yield kind
    for argument in typing.get_args(kind):
        yield from _dataclasses_in(argument)


def _sent(request: httpx.Request) -> Any:
    try:
        return json.loads(request.content or b"null")
    except (httpx.RequestNotRead, ValueError):
        return None


def _names(value: Any, path: str = "") -> Iterator[str]:
    """The paths of the fields of a JSON value."""
    if isinstance(value, list):
        for each in value:
            yield from _names(each, path)
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield _join(path, name)
            yield from _names(inner, _join(path, name))
