"""Reservations: which of a batch can be had, and what confirming or releasing them moves.

Pure decisions over rows that the caller holds locked. Orders are decided in the order given, each whole or not at all; a
reservation that is there already is answered as it is, which is what makes every call idempotent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from system.product.domain.stock import MAX_QUANTITY, Kind, Movement
from system.product.domain.values import InvalidValueError, Money, identifier, number

MAX_BATCH = 500
MAX_LINES = 100
MAX_TOKEN = 2**63 - 1


class State(StrEnum):
    """Where a reservation is. RELEASED is final; CONFIRMED may still be released, as the compensation of a sale."""

    RESERVED = "RESERVED"
    CONFIRMED = "CONFIRMED"
    RELEASED = "RELEASED"


class Outcome(StrEnum):
    """The answer for one order."""

    RESERVED = "RESERVED"
    OUT_OF_STOCK = "OUT_OF_STOCK"
    UNKNOWN_PRODUCT = "UNKNOWN_PRODUCT"
    CONFIRMED = "CONFIRMED"
    RELEASED = "RELEASED"
    NOT_FOUND = "NOT_FOUND"


@dataclass(frozen=True)
class Line:
    """A number of units of one product."""

    product_id: str
    quantity: int


@dataclass(frozen=True)
class PricedLine:
    """A line with the name and the price it was reserved at."""

    product_id: str
    quantity: int
    name: str
    unit_price: Money


@dataclass(frozen=True)
class Wanted:
    """What one order wants set aside. A product id without the form of one is of an unknown product, not an error."""

    order_id: str
    lines: tuple[Line, ...]

    def __post_init__(self) -> None:
        identifier(self.order_id, "order_id")
        number(len(self.lines), "the number of lines", least=1, most=MAX_LINES)
        for line in self.lines:
            number(line.quantity, "quantity", least=1, most=MAX_QUANTITY)
        if len({line.product_id for line in self.lines}) < len(self.lines):
            raise InvalidValueError(f"order {self.order_id} names a product twice")


@dataclass(frozen=True)
class Batch:
    """Orders to reserve for, in their order, and the token under which the caller holds each product's lock."""

    wanted: tuple[Wanted, ...]
    fences: Mapping[str, int]

    def __post_init__(self) -> None:
        number(len(self.wanted), "the number of reservations", least=0, most=MAX_BATCH)
        if len({wanted.order_id for wanted in self.wanted}) < len(self.wanted):
            raise InvalidValueError("an order is named twice")
        for token in self.fences.values():
            number(token, "fence.token", least=1, most=MAX_TOKEN)

    @property
    def products(self) -> set[str]:
        """Every product that an order in the batch wants."""
        return {line.product_id for wanted in self.wanted for line in wanted.lines}


@dataclass(frozen=True)
class Shelf:
    """A product's stock row as locked, with what a line is priced from. Not `on_sale`: taken out of the catalogue."""

    product_id: str
    name: str
    price: Money
    available: int
    reserved: int = 0
    fence: int = 0
    on_sale: bool = True


@dataclass(frozen=True)
class Reservation:
    """What is set aside for an order. A release that came before any reserve leaves one without lines."""

    order_id: str
    state: State
    lines: tuple[PricedLine, ...] = ()


@dataclass(frozen=True)
class Result:
    """The answer for one order; `product_id` is the first product at fault."""

    order_id: str
    outcome: Outcome
    lines: tuple[PricedLine, ...] = ()
    product_id: str = ""


@dataclass(frozen=True)
class Plan:
    """What a decision answers and what must be written for it, all in one transaction."""

    results: tuple[Result, ...]
    new: tuple[Reservation, ...] = ()
    moved: Mapping[str, State] = field(default_factory=dict)
    movements: tuple[Movement, ...] = ()


class FenceMissingError(Exception):
    """A product of the batch came without a token."""

    def __init__(self, product_id: str) -> None:
        super().__init__(f"product {product_id} needs a fencing token")
        self.product_id = product_id


class FenceStaleError(Exception):
    """A product was written under a later token: the caller's lock is gone."""

    def __init__(self, product_id: str, token: int, written: int) -> None:
        super().__init__(f"token {token} for product {product_id} is stale: {written} has written")
        self.product_id = product_id
        self.token = token
        self.written = written


def check_fences(shelves: Mapping[str, Shelf], fences: Mapping[str, int]) -> dict[str, int]:
    """The token for every product that exists. Raises FenceMissingError or FenceStaleError; then nothing may be written."""
    for product_id, shelf in sorted(shelves.items()):
        if product_id not in fences:
            raise FenceMissingError(product_id)
        if fences[product_id] < shelf.fence:
            raise FenceStaleError(product_id, fences[product_id], shelf.fence)
    return {product_id: fences[product_id] for product_id in shelves}


def reserve(batch: Batch, shelves: Mapping[str, Shelf], held: Mapping[str, Reservation]) -> Plan:
    """Decide a batch over locked stock rows and the reservations there are. Raises FenceMissingError, FenceStaleError."""
    fences = check_fences(shelves, batch.fences)
    left = {product_id: shelf.available for product_id, shelf in shelves.items()}
    results, new, movements = [], [], []
    for wanted in batch.wanted:
        if wanted.order_id in held:
            results.append(_as_it_is(held[wanted.order_id]))
            continue
        refusal = _refusal(wanted, shelves, left)
        if refusal:
            results.append(refusal)
            continue
        lines = tuple(_priced(line, shelves[line.product_id]) for line in wanted.lines)
        for line in lines:
            left[line.product_id] -= line.quantity
            movements.append(Movement(line.product_id, Kind.RESERVE, line.quantity, wanted.order_id, fences[line.product_id]))
        new.append(Reservation(wanted.order_id, State.RESERVED, lines))
        results.append(Result(wanted.order_id, Outcome.RESERVED, lines))
    return Plan(tuple(results), new=tuple(new), movements=tuple(movements))


def confirm(order_ids: Sequence[str], held: Mapping[str, Reservation]) -> Plan:
    """Decide a confirmation over locked reservations: what is RESERVED is sold, the rest is answered as it is."""
    moved = {key: State.CONFIRMED for key in order_ids if key in held and held[key].state is State.RESERVED}
    results = [_confirmed(key, held.get(key)) for key in order_ids]
    movements = [_movement(Kind.CONFIRM, key, line) for key in moved for line in held[key].lines]
    return Plan(tuple(results), moved=moved, movements=tuple(movements))


GIVE_BACK: Mapping[State, Kind] = {State.RESERVED: Kind.RELEASE, State.CONFIRMED: Kind.RETURN}
"""How units come back, by the state they are released from."""


def release(order_ids: Sequence[str], held: Mapping[str, Reservation]) -> Plan:
    """Decide a release over locked reservations. An order that has none is shut out: a late reserve finds it RELEASED."""
    moved = {key: State.RELEASED for key in order_ids if key in held and held[key].state in GIVE_BACK}
    new = [Reservation(key, State.RELEASED) for key in sorted(set(order_ids) - held.keys())]
    movements = [_movement(GIVE_BACK[held[key].state], key, line) for key in moved for line in held[key].lines]
    results = [Result(key, Outcome.RELEASED) for key in order_ids]
    return Plan(tuple(results), new=tuple(new), moved=moved, movements=tuple(movements))


def _as_it_is(reservation: Reservation) -> Result:
    lines = reservation.lines if reservation.state is State.RESERVED else ()
    return Result(reservation.order_id, Outcome(reservation.state.value), lines)


def _confirmed(order_id: str, reservation: Reservation | None) -> Result:
    if reservation is None:
        return Result(order_id, Outcome.NOT_FOUND)
    released = reservation.state is State.RELEASED
    return Result(order_id, Outcome.RELEASED if released else Outcome.CONFIRMED)


def _refusal(wanted: Wanted, shelves: Mapping[str, Shelf], left: Mapping[str, int]) -> Result | None:
    for line in wanted.lines:
        if line.product_id not in shelves or not shelves[line.product_id].on_sale:
            return Result(wanted.order_id, Outcome.UNKNOWN_PRODUCT, product_id=line.product_id)
    for line in wanted.lines:
        if line.quantity > left[line.product_id]:
            return Result(wanted.order_id, Outcome.OUT_OF_STOCK, product_id=line.product_id)
    return None


def _priced(line: Line, shelf: Shelf) -> PricedLine:
    return PricedLine(line.product_id, line.quantity, shelf.name, shelf.price)


def _movement(kind: Kind, order_id: str, line: PricedLine) -> Movement:
    return Movement(line.product_id, kind, line.quantity, order_id)
