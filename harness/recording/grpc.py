"""grpc.aio client interceptors that write every call as an operation: invoke before it is sent, completion with its status.

Unary calls and those with a stream of answers are recorded; calls that stream requests pass unrecorded. The ending
follows the table for gRPC; an HTTP status beside it lets judges compare instances with gateways.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence, Set
from typing import Any, TypeVar

import grpc
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message

from harness.history import Call, Row, of_grpc
from harness.loopback import NO_PROXY
from harness.recording.exchange import WANTED, Observed, without_secrets
from harness.recording.operation import Declared, Undeclared, declared_operation
from harness.recording.shown_metadata import Metadata, ShownMetadata

Q = TypeVar("Q")
R = TypeVar("R")


def message_row(message: Any) -> Row:
    """A protobuf message as JSON with the names of the proto; {} for anything else."""
    if not isinstance(message, Message):
        return {}
    row: dict[str, Any] = MessageToDict(message, preserving_proto_field_name=True)
    return row


class _Recording:
    """What both interceptors have in common."""

    def __init__(
        self,
        *,
        undeclared: Undeclared | None = None,
        wanted: Set[str] = WANTED,
        statuses: Mapping[grpc.StatusCode, int] | None = None,
        row: Callable[[Any], Row] = message_row,
    ) -> None:
        self._undeclared = undeclared
        self._wanted = wanted
        self._statuses = statuses or {}
        self._row = row

    def begin(self, details: grpc.aio.ClientCallDetails, request: object) -> "_Call | None":
        """Record the invoke, if the call is to be recorded."""
        method = _text(details.method)
        declared = declared_operation() or self._named(method, request)
        if declared is None:
            return None
        deadline_s = declared.deadline_s if declared.deadline_s is not None else details.timeout
        seen = Observed(request=method, request_body=_body(request), deadline_s=deadline_s)
        return _Call(declared.begin(), seen, self)

    def _named(self, method: str, request: object) -> Declared | None:
        if self._undeclared is None:
            return None
        return self._undeclared.grpc(method, without_secrets(message_row(request)))

    def end(self, call: Call, seen: Observed, code: grpc.StatusCode, output: Row) -> None:
        """Record the completion."""
        seen.code = code.name
        status = self._statuses.get(code)
        call.end(of_grpc(code.name), output=without_secrets(output), status=status, exchange=seen.ended())

    def output(self, answer: object) -> Row:
        """The output to record of an answer."""
        return self._row(answer)

    def wanted(self, metadata: grpc.aio.Metadata | None) -> dict[str, str]:
        """The wanted metadata of an answer."""
        pairs = {name.lower(): value for name, value in metadata or () if isinstance(value, str)}
        return {name: value for name, value in pairs.items() if name in self._wanted}


class _Call:
    """A call under way."""

    def __init__(self, call: Call, seen: Observed, how: _Recording) -> None:
        self.call, self.seen, self._how = call, seen, how

    def read(self, answer: object) -> None:
        """Digest an answer."""
        self.seen.response.add(_body(answer) or b"")

    async def end(self, rpc: Any, output: Row | None) -> None:
        """Complete it with the status of a call that is over."""
        code: grpc.StatusCode = await rpc.code()
        self.seen.headers |= self._how.wanted(await rpc.initial_metadata())
        self.seen.headers |= self._how.wanted(await rpc.trailing_metadata())
        if code is not grpc.StatusCode.OK:
            output = {"title": code.name, "detail": await rpc.details() or ""}
        self._how.end(self.call, self.seen, code, output or {})

    def errored(self, error: BaseException) -> None:
        """Complete it with an error instead of a status."""
        if not self.call.ended:
            self.call.errored(error, exchange=self.seen.ended())


class RecordingUnaryUnary(_Recording, grpc.aio.UnaryUnaryClientInterceptor):
    """Records calls with one request and one answer."""

    async def intercept_unary_unary(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        """See grpc.aio.UnaryUnaryClientInterceptor."""
        recorded = self.begin(client_call_details, request)
        rpc = None
        try:
            rpc = await continuation(client_call_details, request)
            if recorded is not None:
                ok = await rpc.code() is grpc.StatusCode.OK
                answer = await rpc if ok else None
                recorded.read(answer)
                await recorded.end(rpc, self.output(answer))
        except BaseException as error:
            if recorded is not None:
                recorded.errored(error)
            if rpc is not None and isinstance(error, asyncio.CancelledError):
                rpc.cancel()
            raise
        return rpc


class RecordingUnaryStream(_Recording, grpc.aio.UnaryStreamClientInterceptor):
    """Records calls with one request and a stream of answers; the output is how many came."""

    async def intercept_unary_stream(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        """See grpc.aio.UnaryStreamClientInterceptor."""
        recorded = self.begin(client_call_details, request)
        if recorded is None:
            return await continuation(client_call_details, request)
        try:
            rpc = await continuation(client_call_details, request)
        except BaseException as error:
            recorded.errored(error)
            raise
        return _passing(rpc, recorded)


async def _passing(rpc: Any, recorded: _Call) -> AsyncIterator[Any]:
    """The answers as they come."""
    count = 0
    try:
        async for answer in rpc:
            recorded.read(answer)
            count += 1
            yield answer
    except grpc.aio.AioRpcError:
        await recorded.end(rpc, None)
        raise
    except BaseException as error:
        recorded.errored(error)
        raise
    await recorded.end(rpc, {"answers": count})


def recorded_channel(
    address: str,
    *,
    undeclared: Undeclared | None = None,
    statuses: Mapping[grpc.StatusCode, int] | None = None,
    row: Callable[[Any], Row] = message_row,
    metadata: Metadata = (),
) -> grpc.aio.Channel:
    """An insecure channel whose calls are recorded, and show `metadata` if they have one request and one answer.

    `statuses` are the HTTP statuses to put beside gRPC's, `row` makes the output of an answer.
    """
    interceptors: Sequence[grpc.aio.ClientInterceptor] = (
        RecordingUnaryUnary(undeclared=undeclared, statuses=statuses, row=row),
        RecordingUnaryStream(undeclared=undeclared, statuses=statuses, row=row),
        ShownMetadata(metadata),
    )
    return grpc.aio.insecure_channel(address, options=NO_PROXY, interceptors=interceptors)


def _text(method: object) -> str:
    return method.decode() if isinstance(method, bytes) else str(method)  # typed as str, but bytes


def _body(message: object) -> bytes | None:
    return message.SerializeToString() if isinstance(message, Message) else None
