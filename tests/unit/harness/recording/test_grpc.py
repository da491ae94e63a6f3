"""gRPC calls are on record with their status, against a real server of this process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from harness.history import Ending
from harness.recording import Undeclared, operation
from harness.recording.grpc import recorded_channel
from tests.unit.harness.recording.kept import Kept

METHOD = "/grpc.health.v1.Health/Check"


class Health(health_pb2_grpc.HealthServicer):
    """Answers what the service's name asks for; the events tell that a slow call `arrived` and was `cancelled`."""

    arrived = asyncio.Event()
    cancelled = asyncio.Event()

    async def Check(self, request: health_pb2.HealthCheckRequest, context: grpc.aio.ServicerContext) -> object:  # type: ignore[type-arg]  # noqa: N802 - as in the proto
        if request.service == "slow":
            self.arrived.set()
            try:
                await asyncio.sleep(20)
            except asyncio.CancelledError:
                self.cancelled.set()
                raise
        if request.service in grpc.StatusCode.__members__:
            context.set_trailing_metadata((("retry-after", "2"), ("other", "1")))
            await context.abort(grpc.StatusCode[request.service], "as wanted")
        return health_pb2.HealthCheckResponse(status=health_pb2.HealthCheckResponse.SERVING)

    async def Watch(self, request: health_pb2.HealthCheckRequest, context: grpc.aio.ServicerContext) -> AsyncIterator[object]:  # type: ignore[type-arg]  # noqa: N802 - as in the proto
        for _ in range(3):
            yield health_pb2.HealthCheckResponse(status=health_pb2.HealthCheckResponse.SERVING)
        if request.service:
            await context.abort(grpc.StatusCode.UNAVAILABLE, "broken off")


@pytest.fixture
def kept() -> Kept:
    return Kept()


@asynccontextmanager
async def stub(**options: object) -> AsyncIterator[Any]:
    server = grpc.aio.server()
    health_pb2_grpc.add_HealthServicer_to_server(Health(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        async with recorded_channel(f"127.0.0.1:{port}", **options) as channel:  # type: ignore[arg-type]  # the caller's
            yield health_pb2_grpc.HealthStub(channel)
    finally:
        await server.stop(0)


def request(service: str = "") -> health_pb2.HealthCheckRequest:
    return health_pb2.HealthCheckRequest(service=service)


async def test_an_answer_is_on_record(kept: Kept) -> None:
    async with stub() as health:
        with operation(kept.recorder, "client-1", "check", {"of": "all"}):
            answer = await health.Check(request(), timeout=7)
    assert answer.status == health_pb2.HealthCheckResponse.SERVING
    done = kept.only
    assert (done.process, done.name, done.input, done.ending) == ("client-1", "check", {"of": "all"}, Ending.OK)
    assert (done.output, done.status) == ({"status": "SERVING"}, None)
    assert done.exchange is not None
    assert (done.exchange.request, done.exchange.code, done.exchange.deadline_s) == (METHOD, "OK", 7)


@pytest.mark.parametrize(
    ("code", "ending"), [("NOT_FOUND", Ending.FAIL), ("UNAVAILABLE", Ending.INFO), ("RESOURCE_EXHAUSTED", Ending.INFO)]
)
async def test_a_status_is_on_record_and_reaches_the_caller(kept: Kept, code: str, ending: Ending) -> None:
    async with stub(statuses={grpc.StatusCode.NOT_FOUND: 404}) as health:
        with pytest.raises(grpc.aio.AioRpcError) as raised, operation(kept.recorder, "client-1", "check"):
            await health.Check(request(code))
    assert raised.value.code().name == code
    done = kept.only
    assert (done.ending, done.output) == (ending, {"title": code, "detail": "as wanted"})
    assert done.status == (404 if code == "NOT_FOUND" else None)
    assert done.exchange is not None
    assert (done.exchange.code, done.exchange.headers) == (code, {"retry-after": "2"})


async def test_a_deadline_that_passed_is_unknown(kept: Kept) -> None:
    async with stub() as health:
        with pytest.raises(grpc.aio.AioRpcError), operation(kept.recorder, "client-1", "check"):
            await health.Check(request("slow"), timeout=0.1)
    assert kept.only.unknown
    assert kept.only.exchange is not None
    assert kept.only.exchange.code == "DEADLINE_EXCEEDED"


async def test_a_call_that_is_cancelled_is_unknown(kept: Kept) -> None:
    async def does(health: Any) -> None:
        with operation(kept.recorder, "client-1", "check"):
            await health.Check(request("slow"))

    async with stub() as health:
        Health.arrived.clear()
        Health.cancelled.clear()
        task = asyncio.create_task(does(health))
        await Health.arrived.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await asyncio.wait_for(Health.cancelled.wait(), 5)  # before the channel is closed
    assert (kept.only.unknown, kept.only.error) == (True, "CancelledError")


async def test_a_connection_that_is_refused_cannot_be_told_from_one_that_broke(kept: Kept) -> None:
    async with recorded_channel("127.0.0.1:1") as channel:
        health: Any = health_pb2_grpc.HealthStub(channel)
        with pytest.raises(grpc.aio.AioRpcError), operation(kept.recorder, "client-1", "check"):
            await health.Check(request(), timeout=2)
    assert kept.only.unknown


async def test_a_stream_of_answers_is_one_operation(kept: Kept) -> None:
    async with stub() as health:
        with operation(kept.recorder, "client-1", "watch"):
            answers = [answer async for answer in health.Watch(request())]
        with pytest.raises(grpc.aio.AioRpcError), operation(kept.recorder, "client-1", "watch"):
            _ = [answer async for answer in health.Watch(request("breaks"))]
    assert len(answers) == 3
    whole, broken = kept.operations
    assert (whole.ending, whole.output) == (Ending.OK, {"answers": 3})
    assert (broken.ending, broken.output) == (Ending.INFO, {"title": "UNAVAILABLE", "detail": "broken off"})


async def test_undeclared_calls_are_recorded_where_that_is_wanted(kept: Kept) -> None:
    async with stub(undeclared=Undeclared(kept.recorder, "stranger")) as health:
        await health.Check(request("x"))
    assert (kept.only.process, kept.only.name, kept.only.input) == ("stranger", METHOD[1:], {"service": "x"})


async def test_undeclared_calls_pass_unrecorded_else(kept: Kept) -> None:
    async with stub() as health:
        await health.Check(request())
        assert [answer async for answer in health.Watch(request())]
    assert not kept
