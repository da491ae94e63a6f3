"""The life of a service's process: compose, serve, say so, drain on SIGTERM or SIGINT.

A service's `__main__.py` is its composition root: it opens what it needs and yields a `Composition`; everything else is
the same for all.
"""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import TypeVar

import uvloop
from grpc_health.v1 import health_pb2
from grpc_health.v1.health import aio

from system.common import background, readiness, rpc_server, telemetry
from system.common.draining import Drain
from system.common.rpc_server import Servicer
from system.common.settings import ServiceSettings

HealthState = aio.HealthServicer
S = TypeVar("S", bound=ServiceSettings)


@dataclass(frozen=True)
class Composition:
    """What a composed service runs: servicers to call, loops beside them, and what it needs to be ready."""

    servicers: Sequence[Servicer]
    loops: Sequence[background.Loop] = field(default=())
    needs: Sequence[readiness.Need] = field(default=())
    finish: Callable[[float], Awaitable[None]] | None = None
    """Waits for what goes on after its callers were answered, at most so many seconds."""


Compose = Callable[[S], AbstractAsyncContextManager[Composition]]


@contextlib.asynccontextmanager
async def stop_signal() -> AsyncIterator[asyncio.Event]:
    """An event that SIGTERM or SIGINT sets."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        yield stop
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


async def live(name: str, settings: S, compose: Compose[S]) -> None:
    """Run one service until it is told to stop."""
    drain = Drain(settings.drain_timeout_s)
    async with stop_signal() as stop, compose(settings) as composition:
        async with (
            rpc_server.serve(settings, composition.servicers, drain) as health,
            background.running([*composition.loops, _readiness(health, composition)], drain),
        ):
            await health.set("", health_pb2.HealthCheckResponse.SERVING)
            telemetry.log.info("serving", service=name, grpc_port=settings.grpc_port)
            await stop.wait()
            telemetry.log.info("draining", service=name)
            await health.enter_graceful_shutdown()
        if composition.finish is not None:
            await composition.finish(drain.left())


def _readiness(health: HealthState, composition: Composition) -> background.Loop:
    names = [servicer.full_name for servicer in composition.servicers]

    async def tell_readiness(stop: asyncio.Event) -> None:
        await readiness.watch(health, names, composition.needs, stop)

    return tell_readiness


def run(name: str, settings: S, compose: Compose[S]) -> None:
    """The whole of a service's main()."""
    telemetry.configure(name, settings)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(live(name, settings, compose))
