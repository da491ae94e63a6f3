"""The two instances of the product service in the running shop."""

from collections.abc import Callable

import grpc
import pytest
from shop.product.v1.product_pb2_grpc import ProductServiceStub

from tests.integration.product.warehouse import Warehouse
from tests.integration.shop import Rows


@pytest.fixture
def warehouse(rpc: Callable[..., grpc.aio.Channel], mysql: Callable[[str], Rows]) -> Warehouse:
    """Both instances, and their tables."""
    return Warehouse([ProductServiceStub(rpc("product", index)) for index in (1, 2)], mysql("product"))
