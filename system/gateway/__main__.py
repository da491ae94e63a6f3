"""The gateway's process: open what it needs, serve, drain."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import uvloop
from fastapi import FastAPI

from system.common import background, telemetry
from system.common.draining import Drain
from system.gateway.app import create_app
from system.gateway.clients import Probe, open_clients, remembered
from system.gateway.handlers import PlaceOrders
from system.gateway.ordering import OrderDesk
from system.gateway.parts import Parts
from system.gateway.serving import serve
from system.gateway.settings import GatewaySettings
from system.gateway.throttle import open_throttle

NEEDED = ("user", "product", "order")
"""Services without which nobody can be served."""
LINK_DRAIN_S = 1.0
"""What closing the link to the broker may take, after the server has drained."""


@asynccontextmanager
async def compose(settings: GatewaySettings) -> AsyncIterator[FastAPI]:
    """The application and everything under it. Nothing has to be up yet: what is away makes it not ready, not fail."""
    desk = OrderDesk(settings.broker_url, settings.instance, settings.probe_timeout_s)
    async with (
        open_clients(settings) as clients,
        open_throttle(settings) as (throttle, cache),
        background.running([desk.loop], Drain(LINK_DRAIN_S)),
    ):
        yield create_app(
            Parts(
                settings=settings,
                clients=clients,
                place_orders=PlaceOrders(desk, clients.accept_order, settings.order_wait_s, settings.order_accept_s),
                throttle=throttle,
                needed=_remembered(settings, {"broker": desk.connected, **{name: clients.health[name] for name in NEEDED}}),
                wanted=_remembered(settings, {"cache": cache, "payment": clients.health["payment"]}),
            )
        )


def _remembered(settings: GatewaySettings, probes: Mapping[str, Probe]) -> Mapping[str, Probe]:
    return {name: remembered(probe, settings.probe_memory_s) for name, probe in probes.items()}


async def live(settings: GatewaySettings) -> None:
    """Run until told to stop."""
    async with compose(settings) as app:
        telemetry.log.info("serving", service="gateway", http_port=settings.http_port)
        await serve(app, settings)


if __name__ == "__main__":
    chosen = GatewaySettings.parse()
    telemetry.configure("gateway", chosen)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(live(chosen))
