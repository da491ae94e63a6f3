"""The probe of recovery: a customer orders at each gateway in turn, and reads the order until it is reserved.

The account and the product are the probe's own, and there is plenty of the product, so that the shop's health alone decides.
All of it is recorded and judged as of any customer; the orders are left to expire.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from http import HTTPStatus

from chaos.client import Address, Answer, Line, Money, Product, Session, Shop, Stock, accepted
from chaos.client.shop import TIMEOUT
from chaos.observations.catalogue import CREATE_PRODUCT, SET_STOCK, NewProduct, StockChange
from chaos.observations.orders import PLACE_ORDER, READ_ORDER
from chaos.observations.outside import Amount
from harness.experiment import Context, NotServedError, Probe
from harness.history import PROBE, Recorder, Row
from harness.recording import operation
from harness.recording.http import recorded_client

PASSWORD = "probe-password"  # noqa: S105 - an account of a throw-away shop
ADDRESS = Address("Probe", "Recovery Street 1", "Bern", "3000", "CH")
PRICE, UNITS = Money(100), 100_000
POLL_S = 0.1
"""Between reads of an order that is not decided yet."""
TAKEN = frozenset({HTTPStatus.CREATED, HTTPStatus.ACCEPTED})
UNDECIDED = "PENDING"
SERVED = frozenset({"RESERVED", "EXPIRED"})
"""Where the time to pay is short, a reserved order may have expired when it is read."""


@dataclass(frozen=True)
class OrderingProbe:
    """A customer `user_id`, logged in as `customer` at each of the gateways; see Probe."""

    recorder: Recorder
    mark: str
    user_id: str
    product_id: str
    gateways: Mapping[str, Shop]

    async def __call__(self, number: int) -> None:
        """Have an order reserved at the next gateway. Raises NotServedError, httpx.HTTPError."""
        gateway = list(self.gateways)[number % len(self.gateways)]
        shop = self.gateways[gateway]
        key, lines = f"probe-{self.mark}-{number}", [Line(self.product_id, 1)]
        sent: Row = {
            "user_id": self.user_id,
            "key": key,
            "items": [asdict(line) for line in lines],
            "delivery_address": asdict(ADDRESS),
        }
        placed = await self._asks(PLACE_ORDER, sent, lambda: shop.place_order(key, lines, ADDRESS))
        if placed.status not in TAKEN:
            raise NotServedError(f"{PLACE_ORDER} at {gateway} was answered {placed.status} {placed.code}".rstrip())
        order = str(placed.body.get("id"))
        status = await self._decided(shop, gateway, order)
        if status not in SERVED:
            raise NotServedError(f"an order of what there is plenty of, placed at {gateway}, is {status}")

    async def _decided(self, shop: Shop, gateway: str, order: str) -> str:
        """The order's status once it has another than PENDING; the engine gives an attempt up that takes too long."""
        while True:
            if (status := await self._reads(shop, gateway, order)) != UNDECIDED:
                return status
            await asyncio.sleep(POLL_S)

    async def _reads(self, shop: Shop, gateway: str, order: str) -> str:
        read = await self._asks(READ_ORDER, {"order_id": order}, lambda: shop.order(order))
        if read.status != HTTPStatus.OK:
            raise NotServedError(f"{READ_ORDER} at {gateway} was answered {read.status} {read.code}".rstrip())
        return str(read.body.get("status"))

    async def _asks(self, name: str, sent: Row, call: Callable[[], Awaitable[Answer]]) -> Answer:
        with operation(self.recorder, PROBE, name, sent):
            return await call()


@asynccontextmanager
async def ordering_probe(shop: Shop, admin: Shop, gateways: Mapping[str, str], context: Context) -> AsyncIterator[Probe]:
    """The probe, at gateways with these addresses. Raises RefusedError, httpx.HTTPError."""
    recorder = context.recorder
    product = await _stocks(admin, recorder)
    email = f"recovery-{context.mark}@shop.example"
    await accepted(lambda: shop.register(email, PASSWORD, "Probe"), dict)
    session = await accepted(lambda: shop.login(email, PASSWORD), Session)
    async with AsyncExitStack() as leaving:
        tls = ssl.create_default_context()  # making one takes most of the time of making a client
        doors = {
            name: shop.as_user(session).through(
                await leaving.enter_async_context(recorded_client(address, timeout=TIMEOUT, verify=tls))
            )
            for name, address in gateways.items()
        }
        yield OrderingProbe(recorder, context.mark, session.user.id, product.id, doors)


async def _stocks(admin: Shop, recorder: Recorder) -> Product:
    """The probe's product, put into stock on record: judges know prices and units from staff alone."""
    sent: Row = asdict(NewProduct("Probe of recovery", Amount(PRICE.minor_units, PRICE.currency)))

    async def creates() -> Answer:
        with operation(recorder, PROBE, CREATE_PRODUCT, sent):
            return await admin.create_product("Probe of recovery", PRICE)

    product = await accepted(creates, Product)

    async def stocks() -> Answer:
        with operation(recorder, PROBE, SET_STOCK, asdict(StockChange(product.id, UNITS))):
            return await admin.set_stock(product.id, UNITS)

    await accepted(stocks, Stock)
    return product
