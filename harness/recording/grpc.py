"""grpc.aio client interceptors that write every call as an operation: invoke before it leaves, completion with its status.

Unary calls and those with a stream of answers are recorded; calls that stream requests pass unrecorded. A status is judged by
the table for gRPC, whatever HTTP status stands beside it for judges who compare instances with gateways.
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

Q = TypeVar("Q")
R = TypeVar("R")


def message_row(message: Any) -> Row:
    """A protobuf message as JSON with the names of the proto; {} for anything else."""
    if not isinstance(message, Message):
        return {}
    row: dict[str, Any] = MessageToDict(message, preserving_proto_field_name=True)
    return row


class _Recording:
    """What both interceptors do."""

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
        """Put the invoke on record, if the call is to be recorded."""
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
        """Put the completion on record."""
        seen.code = code.name
        status = self._statuses.get(code)
        call.end(of_grpc(code.name), output=without_secrets(output), status=status, exchange=seen.ended())

    def output(self, answer: object) -> Row:
        """The output that an answer is."""
        return self._row(answer)

    def wanted(self, metadata: grpc.aio.Metadata | None) -> dict[str, str]:
        """The wanted metadata of an answer."""
        pairs = {name.lower(): value for name, value in metadata or () if isinstance(value, str)}
        return {name: value for name, value in pairs.items() if name in self._wanted}


class _Call:
    """One call under way."""

    def __init__(self, call: Call, seen: Observed, how: _Recording) -> None:
        self.call, self.seen, self._how = call, seen, how

    def read(self, answer: object) -> None:
        """Take note of an answer."""
        self.seen.response.add(_body(answer) or b"")

    async def end(self, made: Any, output: Row | None) -> None:
        """Complete it with the status of a call that is over."""
        code: grpc.StatusCode = await made.code()
        self.seen.headers |= self._how.wanted(await made.initial_metadata())
        self.seen.headers |= self._how.wanted(await made.trailing_metadata())
        if code is not grpc.StatusCode.OK:
            output = {"title": code.name, "detail": await made.details() or ""}
        self._how.end(self.call, self.seen, code, output or {})

    def raised(self, error: BaseException) -> None:
        """Complete it with an error in place of a status."""
        if not self.call.ended:
            self.call.raised(error, exchange=self.seen.ended())


class RecordingUnaryUnary(_Recording, grpc.aio.UnaryUnaryClientInterceptor):
    """Records calls with one request and one answer."""

    async def intercept_unary_unary(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        """See grpc.aio.UnaryUnaryClientInterceptor."""
        recorded = self.begin(client_call_details, request)
        made = None
        try:
            made = await continuation(client_call_details, request)
            if recorded is not None:
                ok = await made.code() is grpc.StatusCode.OK
                answer = await made if ok else None
                recorded.read(answer)
                await recorded.end(made, self.output(answer))
        except BaseException as error:
            if recorded is not None:
                recorded.raised(error)
            if made is not None and isinstance(error, asyncio.CancelledError):
                made.cancel()
            raise
        return made


class RecordingUnaryStream(_Recording, grpc.aio.UnaryStreamClientInterceptor):
    """Records calls with one request and a stream of answers; the output is how many came."""

    async def intercept_unary_stream(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        """See grpc.aio.UnaryStreamClientInterceptor."""
        recorded = self.begin(client_call_details, request)
        if recorded is None:
            return await continuation(client_call_details, request)
        try:
            made = await continuation(client_call_details, request)
        except BaseException as error:
            recorded.raised(error)
            raise
        return _passing(made, recorded)


async def _passing(made: Any, recorded: _Call) -> AsyncIterator[Any]:
    """The answers as they come."""
    count = 0
    try:
        async for answer in made:
            recorded.read(answer)
            count += 1
            yield answer
    except grpc.aio.AioRpcError:
        await recorded.end(made, None)
        raise
    except BaseException as error:
        recorded.raised(error)
        raise
    await recorded.end(made, {"answers": count})


def recorded_channel(
    address: str,
    *,
    undeclared: Undeclared | None = None,
    statuses: Mapping[grpc.StatusCode, int] | None = None,
    row: Callable[[Any], Row] = message_row,
) -> grpc.aio.Channel:
    """An insecure channel whose calls are on record.

    `statuses` are the HTTP statuses to put beside gRPC's, `row` makes the output of an answer.
    """
    interceptors: Sequence[grpc.aio.ClientInterceptor] = (
        RecordingUnaryUnary(undeclared=undeclared, statuses=statuses, row=row),
        RecordingUnaryStream(undeclared=undeclared, statuses=statuses, row=row),
    )
    return grpc.aio.insecure_channel(address, options=NO_PROXY, interceptors=interceptors)


def _text(method: object) -> str:
    return method.decode() if isinstance(method, bytes) else str(method)  # typed as str, and bytes in truth


def _body(message: object) -> bytes | None:
    return message.SerializeToString() if isinstance(message, Message) else None
