"""What the routes are built on, put together once in `__main__` (or in a test) and handed to every request."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from system.gateway.clients import Clients, Probe
from system.gateway.handlers import PlaceOrders
from system.gateway.settings import GatewaySettings
from system.gateway.throttle import LoginThrottle


@dataclass(frozen=True)
class Parts:
    """The collaborators of the routes."""

    settings: GatewaySettings
    clients: Clients
    place_orders: PlaceOrders
    throttle: LoginThrottle
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
