"""The product service's process: what it opens and what it serves."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from shop.product.v1.product_pb2 import DESCRIPTOR
from shop.product.v1.product_pb2_grpc import add_ProductServiceServicer_to_server

from system.common.database import connect
from system.common.retention import Past, Retention
from system.common.rpc_server import Servicer
from system.common.service import Composition, run
from system.product.rpc import ProductServicer
from system.product.settings import ProductSettings
from system.product.tables import FENCED_OFF

PAST = (Past(FENCED_OFF, FENCED_OFF.c.id, FENCED_OFF.c.refused_at),)
FULL_NAME = DESCRIPTOR.services_by_name["ProductService"].full_name


@asynccontextmanager
async def compose(settings: ProductSettings) -> AsyncIterator[Composition]:
    """Open the pool; serve."""
    async with connect(settings) as database:
        yield Composition(
            [Servicer(add_ProductServiceServicer_to_server, ProductServicer(database), FULL_NAME)],
            loops=[Retention(database, PAST, keep_s=settings.retention_s).loop],
            needs=[database.ping],
        )


if __name__ == "__main__":
    run("product", ProductSettings.parse(), compose)
