"""Placing an order: alone, under a key that was used before, with the same content or another."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace

from pydantic import JsonValue

from chaos.client import Answer
from chaos.fuzz.model import answers
from chaos.fuzz.model.action import Action, Judged, Outcome, Sent, bearer, unless_done
from chaos.fuzz.model.answers import Expected
from chaos.fuzz.model.state import Address, Line, Money, Order, State
from chaos.observations.orders import PLACE_ORDER
from harness.fuzz.interleavings import Memory, MismatchError, Step
from harness.fuzz.requests import Request, Values

REJECTED_AS = {"UNKNOWN_PRODUCT": 422}
"""Status of a rejection by its reason; the others are 409."""


def order_name(customer: str, key: str) -> str:
    """The name of the order of a customer under a key."""
    return f"o.{customer}.{key}"


@dataclass(frozen=True)
class Content:
    """What is ordered: product names with quantities, and where it goes."""

    lines: tuple[tuple[str, int], ...]
    address: Address

    def body(self) -> dict[str, JsonValue]:
        """As the shop wants it."""
        items: list[JsonValue] = [{"product_id": f"{{{name}}}", "quantity": quantity} for name, quantity in self.lines]
        return {"items": items, "delivery_address": dict(zip(answers.ADDRESS, self.address, strict=True))}


@dataclass(frozen=True)
class PlaceOrder(Action):
    """A customer orders under a key."""

    customer: str
    session: str
    key: str
    content: Content

    def requests(self, values: Values) -> Generator[Sent, Answer, None]:
        """See Action."""
        body = self.content.body()
        headers = {**bearer(self.session), "Idempotency-Key": self.key}
        captures = {order_name(self.customer, self.key): "id|order_id"}
        request = Request(self.customer, "POST", "/orders", body, headers, captures)
        yield Sent(request, PLACE_ORDER, {"user_id": f"{{{self.customer}}}", "key": self.key, **body})

    def steps(self, answers: Sequence[Answer], values: Values) -> Sequence[Step[State]]:
        """See Action."""
        lines = tuple(Line(values[name], quantity) for name, quantity in self.content.lines)
        placing = Placing(answers[0], self.session, key=values.text(self.key), lines=lines, address=self.content.address)
        work = (placing.write, placing.reserve, placing.give_back, placing.decide, placing.answered)
        return [placing.verified, *map(unless_done, work)]


CREATED: Memory = ("created",)


@dataclass(frozen=True, kw_only=True)
class Placing(Judged):
    """The steps: the order is written, its stock reserved, it is decided, answered."""

    key: str
    lines: tuple[Line, ...]
    address: Address

    def write(self, state: State, memory: Memory) -> Outcome:
        """The order is written down, unless it is there."""
        owner = self.user(state)
        known = state.order_under(owner, self.key)
        if known is None:
            order_id = self._named()
            if state.orders.get(order_id) is not None:
                raise MismatchError(f"{self.answer.request}: expected a new order, answered with {order_id}, which is another")
            return [(state.put(Order(order_id, owner, self.key, self.lines, self.address)), CREATED)]
        if _content(known.lines, known.address) != _content(self.lines, self.address):
            return self.refused(state, 422, "IDEMPOTENCY_KEY_REUSED")
        return [(state, memory)]

    def reserve(self, state: State, memory: Memory) -> Outcome:
        """The first product that is not for sale refuses it, else the first that has not enough; else units are taken."""
        if memory != CREATED:
            return [(state, memory)]
        order = self._mine(state)
        products = [state.products.get(line.product) for line in order.lines]
        if any(product is None or not product.on_sale for product in products):
            return [(state, (*CREATED, "UNKNOWN_PRODUCT"))]
        found = {product.id: product for product in products if product is not None}
        if any(line.quantity > found[line.product].available for line in order.lines):
            return [(state, (*CREATED, "OUT_OF_STOCK"))]
        priced = tuple(replace(each, name=found[each.product].name, price=found[each.product].price) for each in order.lines)
        reason = "MIXED_CURRENCIES" if len({each.price.currency for each in priced if each.price}) > 1 else ""
        return [(state.moved(order, "available", "reserved"), (*CREATED, reason, priced))]

    def give_back(self, state: State, memory: Memory) -> Outcome:
        """Prices in two currencies have no total: what was taken for them goes back."""
        if memory[1:2] != ("MIXED_CURRENCIES",):
            return [(state, memory)]
        return [(state.moved(self._mine(state), "reserved", "available"), memory)]

    def decide(self, state: State, memory: Memory) -> Outcome:
        """The order is RESERVED at the prices its units were taken at, or REJECTED."""
        if memory[:1] != CREATED:
            return [(state, memory)]
        order = self._mine(state)
        if memory[1]:
            return [(state.put(replace(order, status="REJECTED", reason=str(memory[1]))), memory)]
        lines = tuple(line for line in memory[2] if isinstance(line, Line)) if isinstance(memory[2], tuple) else ()
        prices = [(line.quantity, line.price) for line in lines if line.price]
        total = Money(sum(quantity * price.minor for quantity, price in prices), prices[0][1].currency)
        return [(state.put(replace(order, status="RESERVED", lines=lines, total=total)), memory)]

    def answered(self, state: State, memory: Memory) -> Outcome:
        """The order as it is now; 202 while it is not decided."""
        order = self._mine(state)
        if self.answer.status == 202 and (memory[:1] == CREATED or order.status == "PENDING"):
            Expected.of(202, {"id": order.id, "status": "PENDING"}).check(self.answer)
            return [(state, ())]
        if order.status == "REJECTED":
            Expected(REJECTED_AS.get(order.reason or "", 409), order.reason or "").check(self.answer)
            return [(state, ())]
        Expected.of(201, answers.order(order)).check(self.answer)
        return [(seen(state, order, self.answer.body), ())]

    def _named(self) -> str:
        """The id that the answer gives; a refusal gives one, too."""
        return answers.text(self.answer, "id" if "id" in self.answer.body else "order_id")

    def _mine(self, state: State) -> Order:
        order = state.order_under(self.user(state), self.key)
        if order is None:
            raise MismatchError(f"{self.answer.request}: no order was written")
        return order


def _content(lines: Sequence[Line], address: Address) -> object:
    return sorted((line.product, line.quantity) for line in lines), address


def seen(state: State, order: Order, body: answers.Body) -> State:
    """The state, with the time of an order that is shown for the first time."""
    created = body.get("created_at")
    return state if order.created_at or not isinstance(created, str) else state.put(replace(order, created_at=created))
