"""The product service's doors as tests use them: calls to either instance, and what its tables say afterwards."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from shop.common.v1.money_pb2 import Money
from shop.product.v1 import product_pb2 as pb

from system.common.errors import ShopError, from_rpc_error
from tests.integration.shop import Rows

if TYPE_CHECKING:
    from shop.product.v1.product_pb2_grpc import ProductServiceAsyncStub  # the stub with an aio channel; exists as a type only

PRICE = Money(minor_units=1999, currency="EUR")
TIMEOUT_S = 60.0
Orders = Mapping[str, Mapping[str, int]]


def new_id() -> str:
    return str(uuid.uuid4())


def new_ids(count: int) -> list[str]:
    return [new_id() for _ in range(count)]


@contextmanager
def refused(kind: type[ShopError], reason: str | None = None) -> Iterator[None]:
    """The call in this block fails with that error, and with that reason or the error's own."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        yield
    error = from_rpc_error(caught.value)
    assert (type(error), error.code) == (kind, reason or kind.reason), error


@dataclass(frozen=True)
class Warehouse:
    """Two instances over one schema. `via` is the index of the instance that is asked."""

    stubs: "Sequence[ProductServiceAsyncStub]"
    rows: Rows

    @property
    def stub(self) -> "ProductServiceAsyncStub":
        return self.stubs[0]

    async def product(self, available: int = 0, name: str = "Lamp", price: Money = PRICE, category: str = "") -> str:
        """A new product with that many units."""
        request = pb.CreateProductRequest(name=name, price=price, category_id=category)
        product = (await self.stub.CreateProduct(request)).product.id
        await self.set_stock(product, available)
        return product

    async def category(self, name: str = "", parent: str = "") -> str:
        """A new category; its name is unique without one."""
        request = pb.CreateCategoryRequest(name=name or new_id(), parent_id=parent)
        return (await self.stub.CreateCategory(request)).category.id

    async def set_stock(self, product: str, available: int) -> pb.Stock:
        return (await self.stub.SetStock(pb.SetStockRequest(product_id=product, available=available))).stock

    async def reserve(self, orders: Orders, token: int = 1, *, via: int = 0) -> list[pb.ReservationResult]:
        """Reserve for orders (order → product → quantity) under one token for all products."""
        products = sorted({product for lines in orders.values() for product in lines})
        request = pb.ReserveStockRequest(
            reservations=[
                pb.Reservation(order_id=order, lines=[pb.Line(product_id=p, quantity=q) for p, q in lines.items()])
                for order, lines in orders.items()
            ],
            fences=[pb.Fence(product_id=product, token=token) for product in products],
        )
        return list((await self.stubs[via].ReserveStock(request, timeout=TIMEOUT_S)).results)

    async def confirm(self, orders: Sequence[str], *, via: int = 0) -> list[str]:
        request = pb.ConfirmReservationsRequest(order_ids=orders)
        return outcomes((await self.stubs[via].ConfirmReservations(request, timeout=TIMEOUT_S)).results)

    async def release(self, orders: Sequence[str], *, via: int = 0) -> list[str]:
        request = pb.ReleaseReservationsRequest(order_ids=orders)
        return outcomes((await self.stubs[via].ReleaseReservations(request, timeout=TIMEOUT_S)).results)

    def units(self, product: str) -> tuple[int, int, int]:
        """Available, reserved, sold."""
        (row,) = self.rows("SELECT available, reserved, sold FROM stock WHERE product_id = %s", product)
        return row["available"], row["reserved"], row["sold"]

    def fence(self, product: str) -> int:
        (row,) = self.rows("SELECT fence FROM stock WHERE product_id = %s", product)
        return int(row["fence"])

    def ledger(self, product: str) -> list[dict[str, Any]]:
        """The product's entries in their order."""
        return self.rows("SELECT * FROM stock_movements WHERE product_id = %s ORDER BY id", product)

    def state(self, order: str) -> str | None:
        rows = self.rows("SELECT state FROM reservations WHERE order_id = %s", order)
        return rows[0]["state"] if rows else None

    def written(self, *products: str) -> list[Any]:
        """Everything the tables hold about products and their orders, to be compared."""
        return [(self.units(product), self.fence(product), self.ledger(product)) for product in products]

    def check(self, *products: str) -> None:
        """Assert that rows, ledger and reservations tell the same story."""
        moves = {
            "PUT": (1, 0, 0),
            "RESERVE": (-1, 1, 0),
            "CONFIRM": (0, -1, 1),
            "RELEASE": (1, -1, 0),
            "RETURN": (1, 0, -1),
        }
        for product in products:
            units = (0, 0, 0)
            for entry in self.ledger(product):
                move = moves[entry["kind"]]
                units = tuple(u + m * entry["quantity"] for u, m in zip(units, move, strict=True))
                assert min(units) >= 0, f"below zero at entry {entry}"
            assert self.units(product) == units, product
            held = self.rows(
                "SELECT r.state, CAST(SUM(l.quantity) AS SIGNED) AS units FROM reservations r "
                "JOIN reservation_lines l ON l.order_id = r.order_id WHERE l.product_id = %s GROUP BY r.state",
                product,
            )
            by_state = {row["state"]: row["units"] for row in held}
            assert (by_state.get("RESERVED", 0), by_state.get("CONFIRMED", 0)) == units[1:], product


def outcomes(results: Sequence[pb.ReservationResult]) -> list[str]:
    """RESERVED, OUT_OF_STOCK, …"""
    prefix = len("RESERVATION_OUTCOME_")
    return [pb.ReservationOutcome.Name(result.outcome)[prefix:] for result in results]
