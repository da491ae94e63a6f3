"""What the fuzzers of RPCs and queues own in a shop: people, products, orders and payments made for them alone.

Calls past the gateway have effects that no customer could cause, so they are pointed at these. `give_back` undoes what would
else be held against the shop: reservations of orders that do not exist, and captures for them.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shop.payment.v1.payment_pb2 import RefundPaymentRequest
from shop.payment.v1.payment_pb2_grpc import PaymentServiceStub
from shop.product.v1.product_pb2 import ReleaseReservationsRequest
from shop.product.v1.product_pb2_grpc import ProductServiceStub

from chaos.client import Address, Line, Money, Order, OrderRef, Payment, Product, Session, Shop, Stock, User
from chaos.client.service_instances import instance_channel
from chaos.subject import RunningShop

if TYPE_CHECKING:  # exist for type checkers only
    from shop.payment.v1.payment_pb2_grpc import PaymentServiceAsyncStub
    from shop.product.v1.product_pb2_grpc import ProductServiceAsyncStub

ADDRESS = Address("Fay Fuzz", "Side St 1", "Bern", "3000", "CH")
PASSWORD = "correct horse battery"  # noqa: S105 - of throw-away accounts
PRICE = Money(1999)
STOCK = 100_000
_TIMEOUT_S = 10.0


@dataclass(frozen=True)
class Customer:
    """A user who is logged in, and the shop as that user sees it."""

    session: Session
    shop: Shop

    @property
    def user(self) -> User:
        """The account."""
        return self.session.user


class Goods:
    """Makes things in a shop by its REST API, under ids and names that no other run uses: a shop may be fuzzed again."""

    def __init__(self, subject: RunningShop, admin: Shop) -> None:
        self._subject = subject
        self.admin = admin
        self.ghosts: list[str] = []
        """Ids of orders that do not exist, used where only a reservation or a payment is meant."""
        self._captured: list[tuple[str, str]] = []

    @classmethod
    async def of(cls, subject: RunningShop) -> "Goods":
        """Raises RefusedError when the admin cannot log in."""
        return cls(subject, await subject.admin())

    def ghost(self) -> str:
        """The id of an order that does not exist; what is held for it is given back."""
        self.ghosts.append(new_id())
        return self.ghosts[-1]

    async def customer(self) -> Customer:
        """A new one. Raises RefusedError, httpx.HTTPError."""
        email = f"fuzz-{new_id()}@shop.example"
        (await self._subject.shop.register(email, PASSWORD, "Fay")).read(User)
        session = (await self._subject.shop.login(email, PASSWORD)).read(Session)
        return Customer(session, self._subject.shop.as_user(session))

    async def product(self, *, stock: int = STOCK, price: Money = PRICE) -> str:
        """A new product in stock. Raises RefusedError, httpx.HTTPError."""
        made = (await self.admin.create_product(f"Fuzzed {new_id()}", price)).read(Product)
        (await self.admin.set_stock(made.id, stock)).read(Stock)
        return made.id

    async def order(self, customer: Customer, product: str) -> Order:
        """An order for one unit, RESERVED. Raises RefusedError, httpx.HTTPError."""
        return (await customer.shop.place_order(new_id(), [Line(product, 1)], ADDRESS)).read(Order)

    async def authorised(self, order_id: str, amount: Money) -> str:
        """The provider's id of a payment for an order. Raises RefusedError, httpx.HTTPError."""
        payment = (await self._subject.provider.authorise(order_id, amount)).read(Payment).id
        if order_id in self.ghosts:
            self._captured.append((order_id, payment))
        return payment

    async def paid_order(self, customer: Customer, product: str) -> Order:
        """An order that is PAID, or being paid. Raises RefusedError, httpx.HTTPError."""
        order = await self.order(customer, product)
        payment = await self.authorised(order.id, order.total or PRICE)
        (await customer.shop.complete(order.id, payment)).read(OrderRef)
        return order

    async def give_back(self) -> None:
        """Release what is reserved for ghosts, and refund what was captured for them. Raises grpc.aio.AioRpcError."""
        stack = self._subject.stack
        async with (
            instance_channel(stack, stack.instances("product")[0].name) as to_product,
            instance_channel(stack, stack.instances("payment")[0].name) as to_payment,
        ):
            await _release(ProductServiceStub(to_product), self.ghosts)
            await _refund(PaymentServiceStub(to_payment), self._captured)


def new_id() -> str:
    """A UUID of nothing."""
    return str(uuid.uuid4())


async def _release(stub: "ProductServiceAsyncStub", orders: Sequence[str]) -> None:
    if orders:
        await stub.ReleaseReservations(ReleaseReservationsRequest(order_ids=orders), timeout=_TIMEOUT_S)


async def _refund(stub: "PaymentServiceAsyncStub", payments: Sequence[tuple[str, str]]) -> None:
    for order, payment in payments:
        await stub.RefundPayment(RefundPaymentRequest(order_id=order, provider_payment_id=payment), timeout=_TIMEOUT_S)
