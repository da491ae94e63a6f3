"""Knows which messages came from somebody else, and notes what is read of them.

A message is tracked when it is the answer of a call or was decoded from a message of the broker; so is each message inside it,
from when it is reached. Tracked messages are kept alive for a while, because their identity is what they are known by.
"""

import sys
from collections import OrderedDict
from collections.abc import Callable, Generator, Iterable
from typing import Any, NamedTuple

from google.protobuf.message import Message

from harness.contracts.consumers.recorder.messages import UNRECORDED, fields_set, messages_in, names_in_oneof
from harness.contracts.consumers.recorder.routes import is_delivery, route

KEPT = 20_000
"""Messages that are tracked at a time, and bodies of broker messages that are remembered."""
WHOLE = "*"
"""The field that stands for all: the message was handed on, written, or converted as a whole."""
Note = Callable[[str, str, str, str, str], None]
"""Takes kind, name, what, value, place (see `Fact`)."""


class Origin(NamedTuple):
    """Where a tracked message came from: a kind and name as in `Fact`."""

    kind: str
    name: str


class Tracker:
    """The hooks of rewritten code. Values pass unchanged, but stub methods and a few methods of messages are wrapped."""

    def __init__(self, note: Note) -> None:
        self._note = note
        self._tracked: OrderedDict[int, tuple[Message, Origin]] = OrderedDict()
        self._arrived: OrderedDict[bytes, str] = OrderedDict()
        self._written: OrderedDict[bytes, Message] = OrderedDict()
        self._stubs: dict[type, bool] = {}
        self._special: dict[str, Callable[[Any, Any, str], Any]] = {
            "body": self._body,
            "FromString": self._from_string,
            "ParseFromString": self._parse,
            "SerializeToString": self._serialize,
            "CopyFrom": self._taking,
            "MergeFrom": self._taking,
            "append": self._taking,
            "extend": self._taking,
            "publish": self._publish,
        }

    def read(self, owner: Any, name: str, place: str) -> Any:
        """`owner.name`, noted when `owner` is tracked. Raises AttributeError."""
        value = getattr(owner, name)
        if (known := self._tracked.get(id(owner))) is not None:
            value = self._read(known[0], known[1], name, value, place)
        if (special := self._special.get(name)) is not None:
            return special(owner, value, place)
        kind = type(value)
        if (stub := self._stubs.get(kind)) is None:
            stub = self._stubs[kind] = _is_stub_method(kind)
        return _RecordedCall(self, value, place) if stub else value

    def made(self, function: Any, place: str) -> Any:
        """A function that is about to be called with keywords: a message's constructor hands on what it is given."""
        if not (isinstance(function, type) and issubclass(function, Message)):
            return function

        def construct(*arguments: Any, **fields: Any) -> Any:
            self._handed_on(fields.values(), place)
            return function(*arguments, **fields)

        return construct

    def called(self, method: str, request: Message, place: str) -> None:
        """A call is about to be made."""
        self._note("rpc", method, "at", "", place)
        for name in fields_set(request):
            self._note("rpc", method, "sends", name, place)

    def answered(self, method: str, code: str, place: str, response: object = None) -> None:
        """A call has ended."""
        self._note("rpc", method, "codes", code, place)
        self.track(response, Origin("rpc", method))

    def track(self, value: object, origin: Origin) -> None:
        """Track a message, or those in a container of them."""
        for message in messages_in(value):
            self._tracked[id(message)] = (message, origin)
        _bound(self._tracked)

    def _read(self, message: Message, origin: Origin, name: str, value: Any, place: str) -> Any:
        kind = message.DESCRIPTOR
        if name in kind.fields_by_name:
            self._reads(origin, message, name, place)
            self.track(value, origin)
        elif name == "HasField":
            return lambda field: self._presence(message, origin, field, value, place)
        elif name == "WhichOneof":
            return lambda group: self._presence(message, origin, group, value, place)
        elif name != "DESCRIPTOR" and name not in self._special:
            self._reads(origin, message, WHOLE, place)
        return value

    def _presence(self, message: Message, origin: Origin, name: str, ask: Callable[[str], Any], place: str) -> Any:
        answer = ask(name)
        for field in names_in_oneof(message, name) or (name,):
            self._reads(origin, message, field, place)
        return answer

    def _reads(self, origin: Origin, message: Message, field: str, place: str) -> None:
        kind: str = message.DESCRIPTOR.full_name
        if not kind.startswith(UNRECORDED):
            self._note(origin.kind, origin.name, "reads", f"{kind}.{field}", place)

    def _handed_on(self, values: Iterable[object], place: str) -> None:
        for value in values:
            for message in messages_in(value):
                if (known := self._tracked.get(id(message))) is not None:
                    self._reads(known[1], message, WHOLE, place)

    def _body(self, owner: Any, value: Any, _place: str) -> Any:
        if isinstance(value, bytes) and is_delivery(owner):
            self._arrived[value] = route(owner.exchange or "", owner.routing_key or "")
            _bound(self._arrived)
        return value

    def _from_string(self, owner: Any, value: Any, place: str) -> Any:
        if not (isinstance(owner, type) and issubclass(owner, Message)):
            return value
        return lambda body: self._decoded(value(body), body, place)

    def _parse(self, owner: Any, value: Any, place: str) -> Any:
        if not isinstance(owner, Message):
            return value

        def parse(body: bytes) -> Any:
            length = value(body)
            self._decoded(owner, body, place)
            return length

        return parse

    def _decoded(self, message: Message, body: bytes, place: str) -> Message:
        if (came := self._arrived.get(body)) is not None:
            name: str = message.DESCRIPTOR.full_name
            self._note("message", name, "consumes", came, place)
            self.track(message, Origin("message", name))
        return message

    def _serialize(self, owner: Any, value: Any, place: str) -> Any:
        if not isinstance(owner, Message):
            return value
        self._handed_on((owner,), place)

        def serialize(**options: Any) -> bytes:
            body: bytes = value(**options)
            self._written[body] = owner
            _bound(self._written)
            return body

        return serialize

    def _taking(self, owner: Any, value: Any, place: str) -> Any:
        if isinstance(owner, list):
            return value

        def take(given: Any) -> Any:
            self._handed_on((given,), place)
            return value(given)

        return take

    def _publish(self, _owner: Any, value: Any, place: str) -> Any:
        def publish(body: Any, *arguments: Any, **options: Any) -> Any:
            message = self._written.get(body) if isinstance(body, bytes) else None
            if message is not None and "routing_key" in options:
                name: str = message.DESCRIPTOR.full_name
                way = route(options.get("exchange", ""), options["routing_key"])
                self._note("message", name, "publishes", way, place)
                for field in fields_set(message):
                    self._note("message", name, "sends", field, place)
            return value(body, *arguments, **options)

        return publish


class _RecordedCall:
    """A stub's method that notes its calls and tracks its answers."""

    def __init__(self, tracker: Tracker, method: Any, place: str) -> None:
        self._tracker = tracker
        self._method = method
        self._place = place
        name = method._method  # grpc.aio has no public way to ask a stub's method for its name
        self._name = (name.decode() if isinstance(name, bytes) else name).removeprefix("/")

    def __call__(self, request: Any, **options: Any) -> "_Awaited":
        self._tracker.called(self._name, request, self._place)
        return _Awaited(self._method(request, **options), self._ended)

    def _ended(self, code: str, response: object = None) -> None:
        self._tracker.answered(self._name, code, self._place, response)


class _Awaited:
    """A call under way: awaiting it notes how it ended, everything else is the call's own."""

    def __init__(self, call: Any, ended: Callable[..., None]) -> None:
        self._call = call
        self._ended = ended

    def __await__(self) -> Generator[Any, None, Any]:
        from grpc.aio import AioRpcError  # loaded: here is one of its calls

        try:
            response = yield from self._call.__await__()
        except AioRpcError as error:
            self._ended(error.code().name)
            raise
        self._ended("OK", response)
        return response

    def __getattr__(self, name: str) -> Any:
        return getattr(self._call, name)


def _is_stub_method(kind: type) -> bool:
    """Without importing grpc: who has not, has no stubs."""
    aio = sys.modules.get("grpc.aio")
    return aio is not None and issubclass(kind, aio.UnaryUnaryMultiCallable)


def _bound(kept: OrderedDict[Any, Any]) -> None:
    while len(kept) > KEPT:
        kept.popitem(last=False)
