"""Whether a service can do its work, told by the health status of its name; "" stays the status of the process.

Callers balance over the processes that serve (""), also while a database is away: much can be answered without one. Whoever
asks whether the shop is ready asks for the service by its full name.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from grpc_health.v1 import health, health_pb2

from system.common.background import pause
from system.common.errors import ShopError
from system.common.telemetry import log

EVERY_S = 1.0
AWAY_AFTER = 2
"""How often in a row a need must be seen away: one slow answer is no reason to send customers elsewhere."""

Need = Callable[[], Awaitable[None]]
"""Raises ShopError while something that the service cannot do without is away; returns within seconds."""


async def watch(state: health.aio.HealthServicer, names: Sequence[str], needs: Sequence[Need], stop: asyncio.Event) -> None:
    """Set the health status of these services, again and again until `stop`."""
    failures = 0
    while not stop.is_set():
        away = await _away(needs)
        failures = failures + 1 if away else 0
        if failures in (0, AWAY_AFTER):
            status = health_pb2.HealthCheckResponse.NOT_SERVING if failures else health_pb2.HealthCheckResponse.SERVING
            for name in names:
                await state.set(name, status)
        if failures == AWAY_AFTER:
            log.warning("not ready", away=away)
        await pause(stop, EVERY_S)


async def _away(needs: Sequence[Need]) -> str:
    try:
        for need in needs:
            await need()
    except ShopError as error:
        return error.message
    return ""
