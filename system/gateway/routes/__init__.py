"""The resources of the API, one file each: what a request is, who may make it, which call answers it. No rules live here."""

from collections.abc import Mapping, Sequence

from fastapi import APIRouter
from fastapi.routing import APIRoute

from system.gateway.routes import auth, categories, health, orders, pages, products, stock, users

ROUTERS: Sequence[APIRouter] = (
    orders.router,
    products.router,
    users.router,
    auth.router,
    categories.router,
    stock.router,
    health.router,
    pages.router,
)
"""In the order they are tried: the busiest first."""


def methods() -> Mapping[str, str]:
    """What the header Allow says at each path."""
    known: dict[str, set[str]] = {}
    for route in (route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)):
        known.setdefault(route.path, set()).update(route.methods or ())
        if "GET" in known[route.path]:
            known[route.path].add("HEAD")
    return {path: ", ".join(sorted(names)) for path, names in known.items()}
