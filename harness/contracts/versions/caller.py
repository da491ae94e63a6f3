"""A client of one version: it speaks the messages of that version's image, whatever the server speaks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.message import Message

from harness.contracts.versions.schema import Schema
from harness.loopback import NO_PROXY

DEADLINE_S = 10.0
BROKEN = frozenset(
    {
        grpc.StatusCode.UNKNOWN,
        grpc.StatusCode.INTERNAL,
        grpc.StatusCode.UNIMPLEMENTED,
        grpc.StatusCode.DATA_LOSS,
    }
)
"""Statuses with which no server answers a client of another version that it understands."""


class Misunderstood(Exception):
    """A server answered in a way that this version does not understand; says what was asked and what came."""


@dataclass
class Caller:
    """`servers` are addresses by service package, e.g. {"shop.order.v1": "127.0.0.1:5000"}.

    `answered` counts what came for each path: the name of the status. `metadata` is shown with every call.
    """

    schema: Schema
    servers: Mapping[str, str]
    deadline_s: float = DEADLINE_S
    metadata: tuple[tuple[str, str], ...] = ()
    answered: dict[str, set[str]] = field(default_factory=dict)
    _channels: dict[str, grpc.Channel] = field(default_factory=dict)

    def ask(self, path: str, **request: Any) -> dict[str, Any]:
        """The answer to a request, both as JSON with the names of the proto. Raises Misunderstood, RpcError when refused."""
        method = self.schema.methods[path]
        message = ParseDict(request, self.schema.message_class(method.request)())
        return MessageToDict(self.send(path, message), preserving_proto_field_name=True)

    def send(self, path: str, message: Message) -> Message:
        """The answer to a message of this version. Raises Misunderstood, RpcError when it is refused."""
        method = self.schema.methods[path]
        read = self.schema.message_class(method.response).FromString
        call: Any = self._channel(path).unary_unary(path, type(message).SerializeToString, lambda body: body)
        try:
            body = call(message, timeout=self.deadline_s, metadata=self.metadata)
        except grpc.RpcError as error:
            code = getattr(error, "code", lambda: grpc.StatusCode.UNKNOWN)()
            self.answered.setdefault(path, set()).add(code.name)
            if code in BROKEN:
                raise Misunderstood(f"{path} is answered {code.name} to {message!r}") from error
            raise
        self.answered.setdefault(path, set()).add("OK")
        try:
            return read(body)
        except Exception as error:
            raise Misunderstood(f"{path} answers what this version cannot decode: {body.hex()}") from error

    def close(self) -> None:
        """Close all channels."""
        for channel in self._channels.values():
            channel.close()

    def _channel(self, path: str) -> grpc.Channel:
        address = self.servers[path.lstrip("/").rpartition("/")[0].rpartition(".")[0]]
        return self._channels.setdefault(address, grpc.insecure_channel(address, options=NO_PROXY))
