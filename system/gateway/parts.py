"""What the routes are built on, put together once in `__main__` (or in a test) and handed to every request."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from system.gateway.clients import Clients, Probe
from system.gateway.handlers import PlaceOrders
from system.gateway.settings import GatewaySettings
from system.gateway.throttle import Throttle


@dataclass(frozen=True)
class Parts:
    """The collaborators of the routes."""

    settings: GatewaySettings
    clients: Clients
    place_orders: PlaceOrders
    throttle: Throttle
    needed: Mapping[str, Probe]
    """Without these the gateway cannot serve."""
    wanted: Mapping[str, Probe]
    """Without these it serves, with less comfort."""


async def parts_of(request: Request) -> Parts:
    """The parts of the application that serves this request."""
    parts: Parts = request.app.state.parts
    return parts


Shop = Annotated[Parts, Depends(parts_of)]
"""A parameter of this type is the shop behind the gateway."""


async def address_of(request: Request) -> str:
    """The address of the client; of the last proxy that is not trusted, where `trusted_proxies` are in front."""
    return request.client.host if request.client else ""


Address = Annotated[str, Depends(address_of)]
"""A parameter of this type is where the request comes from."""
