"""The resources of the API, one file each: what a request is, who may make it, which call answers it. No rules live here."""

from collections.abc import Sequence

from fastapi import APIRouter

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
