"""Stock and reservations in memory, written as the store writes them: what decisions are tried on."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from system.product.domain import reservations as rules
from system.product.domain.reservations import Batch, Line, Plan, Reservation, Result, Shelf, State, Wanted
from system.product.domain.stock import Kind, Movement, Stock, changes
from system.product.domain.values import Money

PRICE = Money(1999, "EUR")


def product(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def order(number: int) -> str:
    return f"11111111-0000-4000-8000-{number:012d}"


def wanted(order_number: int, *lines: tuple[int, int]) -> Wanted:
    return Wanted(order(order_number), tuple(Line(product(number), quantity) for number, quantity in lines))


def shelf(number: int, available: int, fence: int = 0, *, on_sale: bool = True) -> Shelf:
    return Shelf(product(number), f"Thing {number}", PRICE, available, fence=fence, on_sale=on_sale)


@dataclass
class World:
    """One database, without the I/O."""

    stock: dict[str, Stock] = field(default_factory=dict)
    fences: dict[str, int] = field(default_factory=dict)
    reservations: dict[str, Reservation] = field(default_factory=dict)
    ledger: list[Movement] = field(default_factory=list)

    def add(self, product_id: str) -> None:
        self.stock[product_id] = Stock(product_id, 0, 0, 0)
        self.fences[product_id] = 0

    def put(self, product_id: str, available: int) -> None:
        movement = Movement(product_id, Kind.PUT, available - self.stock[product_id].available)
        self._write(Plan((), movements=(movement,)), {})

    def reserve(self, batch: Batch) -> tuple[Result, ...]:
        shelves = {
            key: Shelf(key, "Thing", PRICE, row.available, row.reserved, self.fences[key])
            for key, row in self.stock.items()
            if key in batch.products
        }
        plan = rules.reserve(batch, shelves, self.reservations)
        self._write(plan, {key: batch.fences[key] for key in shelves})
        return plan.results

    def confirm(self, order_ids: Sequence[str]) -> tuple[Result, ...]:
        plan = rules.confirm(order_ids, self.reservations)
        self._write(plan, {})
        return plan.results

    def release(self, order_ids: Sequence[str]) -> tuple[Result, ...]:
        plan = rules.release(order_ids, self.reservations)
        self._write(plan, {})
        return plan.results

    def _write(self, plan: Plan, fences: dict[str, int]) -> None:
        for change in changes(plan.movements, fences):
            row = self.stock[change.product_id]
            self.stock[change.product_id] = Stock(
                row.product_id, row.available + change.available, row.reserved + change.reserved, row.sold + change.sold
            )
            if change.fence is not None:
                assert change.fence >= self.fences[change.product_id], "a fence went back"
                self.fences[change.product_id] = change.fence
        self.ledger += plan.movements
        for order_id, state in plan.moved.items():
            self.reservations[order_id] = replace(self.reservations[order_id], state=state)
        for reservation in plan.new:
            assert reservation.order_id not in self.reservations, "a second reservation for one order"
            self.reservations[reservation.order_id] = reservation

    def check(self) -> None:
        """Assert what must hold at every moment."""
        held: Counter[tuple[str, State]] = Counter()
        for reservation in self.reservations.values():
            for line in reservation.lines:
                held[line.product_id, reservation.state] += line.quantity
        put: Counter[str] = Counter()
        for movement in self.ledger:
            if movement.kind is Kind.PUT:
                put[movement.product_id] += movement.quantity
        for row in self.stock.values():
            assert min(row.available, row.reserved, row.sold) >= 0, row
            assert row.available + row.reserved + row.sold == put[row.product_id], row
            assert row.reserved == held[row.product_id, State.RESERVED], row
            assert row.sold == held[row.product_id, State.CONFIRMED], row
        keys = [(m.order_id, m.product_id, m.kind) for m in self.ledger if m.order_id]
        assert len(set(keys)) == len(keys), "an order moved a product twice the same way"
