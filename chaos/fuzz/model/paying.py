"""Paying, calling off and reading an order."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field, replace

from pydantic import JsonValue

from chaos.client import Answer
from chaos.fuzz.model import answers
from chaos.fuzz.model.action import Action, Judged, Outcome, Sent, bearer, unless_done
from chaos.fuzz.model.answers import Expected
from chaos.fuzz.model.ordering import seen
from chaos.fuzz.model.state import CAPTURED, Attempt, Money, Order, Payment, State
from chaos.observations.orders import AUTHORISE_PAYMENT, CANCEL_ORDER, COMPLETE_ORDER, READ_ORDER
from harness.fuzz.interleavings import Memory, Step
from harness.fuzz.requests import Request, Values

CARDS = {
    "card_ok": "",
    "card_declined": "CARD_DECLINED",
    "card_insufficient_funds": "INSUFFICIENT_FUNDS",
    "card_expired": "EXPIRED_CARD",
}
"""Payment methods, and the reason that a capture is declined for."""
ADMIN = "admin"


@dataclass(frozen=True)
class Authorise(Action):
    """A customer has the provider authorise a payment called `payment` for an order."""

    customer: str
    payment: str
    order: str
    amount: Money
    card: str

    def requests(self, values: Values) -> Generator[Sent, Answer, None]:
        """See Action."""
        amount = answers.money(self.amount)
        body = {"amount": amount, "reference": f"{{{self.order}}}", "method": self.card}
        request = Request(self.customer, "POST", "/v1/payments", body, captures={self.payment: "id"}, base="provider")
        yield Sent(request, AUTHORISE_PAYMENT, {"order_id": f"{{{self.order}}}", "amount": amount, "method": self.card})

    def steps(self, answers: Sequence[Answer], values: Values) -> Sequence[Step[State]]:
        """See Action."""
        payment = Payment(values[self.payment], values[self.order], self.amount, CARDS[self.card])

        def authorised(state: State, _: Memory) -> Outcome:
            Expected(201).check(answers[0])
            return [(state.put(payment), ())]

        return [authorised]


@dataclass(frozen=True)
class Complete(Action):
    """A customer pays an order with a payment."""

    customer: str
    session: str
    order: str
    payment: str

    def requests(self, values: Values) -> Generator[Sent, Answer, None]:
        """See Action."""
        body: dict[str, JsonValue] = {"payment_id": f"{{{self.payment}}}"}
        request = Request(self.customer, "POST", f"/orders/{{{self.order}}}/complete", body, bearer(self.session))
        yield Sent(request, COMPLETE_ORDER, {"order_id": f"{{{self.order}}}", **body})

    def steps(self, answers: Sequence[Answer], values: Values) -> Sequence[Step[State]]:
        """See Action."""
        paying = Paying(answers[0], self.session, order=values[self.order], payment=values[self.payment])
        work = (paying.begin, paying.capture, paying.confirm, paying.finish, paying.answered)
        return [paying.verified, *map(unless_done, work)]


@dataclass(frozen=True)
class Cancel(Action):
    """A customer calls an order off."""

    customer: str
    session: str
    order: str

    def requests(self, values: Values) -> Generator[Sent, Answer, None]:
        """See Action."""
        request = Request(self.customer, "POST", f"/orders/{{{self.order}}}/cancel", headers=bearer(self.session))
        yield Sent(request, CANCEL_ORDER, {"order_id": f"{{{self.order}}}"})

    def steps(self, answers: Sequence[Answer], values: Values) -> Sequence[Step[State]]:
        """See Action."""
        calling = CallingOff(answers[0], self.session, order=values[self.order])
        return [calling.verified, *map(unless_done, (calling.begin, calling.release, calling.finish, calling.answered))]


@dataclass(frozen=True)
class ReadOrder(Action):
    """A customer, or an admin, reads an order."""

    customer: str
    session: str
    order: str
    owners: bool = field(default=True)

    def requests(self, values: Values) -> Generator[Sent, Answer, None]:
        """See Action."""
        request = Request(self.customer, "GET", f"/orders/{{{self.order}}}", headers=bearer(self.session))
        yield Sent(request, READ_ORDER, {"order_id": f"{{{self.order}}}"})

    def steps(self, answers: Sequence[Answer], values: Values) -> Sequence[Step[State]]:
        """See Action."""
        reading = Reading(answers[0], self.session, order=values[self.order], owners=self.owners)
        return [reading.verified, unless_done(reading.answered)] if self.owners else [reading.answered]


OWN: Memory = ("own saga",)
"""The memory of a client whose request began a saga; without it, another request's does the work."""


@dataclass(frozen=True, kw_only=True)
class OfOrder(Judged):
    """What is asked about an order."""

    order: str

    def owned(self, state: State) -> Order | None:
        """The order, when it is the asker's."""
        order = state.orders.get(self.order)
        return order if order is not None and order.owner == self.user(state) else None

    def begin_saga(self, state: State, order: Order, saga: str) -> Outcome:
        """Begin a saga, or join one that does the same; another one refuses the request."""
        if order.saga == saga:
            return [(state, ())]
        if order.saga:
            return self.refused(state, 409, "ORDER_BUSY")
        return [(state.put(replace(order, saga=saga)), OWN)]

    def answered(self, state: State, _: Memory) -> Outcome:
        """The order as it is now: 202 while it is still RESERVED, which only one who joined can see."""
        order = state.orders.get(self.order)
        if order is None:
            return self.refused(state, 404, "ORDER_NOT_FOUND")
        Expected.of(202 if order.status == "RESERVED" else 200, answers.order(order)).check(self.answer)
        return [(seen(state, order, self.answer.body), ())]


@dataclass(frozen=True, kw_only=True)
class Paying(OfOrder):
    """The steps: the saga begins, the money is taken, the stock is sold, the order is PAID."""

    payment: str

    def begin(self, state: State, _: Memory) -> Outcome:
        """Whether the order can be paid, with this payment."""
        order = self.owned(state)
        if order is None:
            return self.refused(state, 404, "ORDER_NOT_FOUND")
        if order.status == "PAID":
            return [(state, ())] if order.payment == self.payment else self.refused(state, 409, "ORDER_ALREADY_PAID")
        if order.status != "RESERVED":
            return self.refused(state, 409, f"ORDER_{order.status}")
        return self.begin_saga(state, order, f"complete:{self.payment}")

    def capture(self, state: State, memory: Memory) -> Outcome:
        """Take the money, or be told why not; a refusal is remembered for this order and payment."""
        order = state.orders.get(self.order)
        if memory != OWN or order is None:
            return [(state, memory)]
        if any(each.payment == self.payment and each.order != order.id and each.outcome == CAPTURED for each in state.attempts):
            return [(state, (*OWN, "PAYMENT_ALREADY_USED"))]
        known = state.attempts.get((order.id, self.payment))
        outcome = known.outcome if known else (_objection(state.payments.get(self.payment), order) or CAPTURED)
        return [(state.put(Attempt(order.id, self.payment, outcome)), (*OWN, "" if outcome == CAPTURED else outcome))]

    def confirm(self, state: State, memory: Memory) -> Outcome:
        """What was reserved is sold."""
        order = state.orders.get(self.order)
        paid = order is not None and memory == (*OWN, "")
        return [(state.moved(order, "reserved", "sold") if paid and order else state, memory)]

    def finish(self, state: State, memory: Memory) -> Outcome:
        """The order is PAID; a refusal leaves it as it was."""
        order = state.orders.get(self.order)
        if memory[:1] != OWN or order is None:
            return [(state, memory)]
        if memory[1]:
            return self.refused(state.put(replace(order, saga="")), 402, str(memory[1]))
        return [(state.put(replace(order, saga="", status="PAID", payment=self.payment)), memory)]


@dataclass(frozen=True, kw_only=True)
class CallingOff(OfOrder):
    """The steps: the saga begins, the stock comes back, the order is CANCELLED."""

    def begin(self, state: State, _: Memory) -> Outcome:
        """Whether the order can be called off."""
        order = self.owned(state)
        if order is None:
            return self.refused(state, 404, "ORDER_NOT_FOUND")
        if order.status == "CANCELLED":
            return [(state, ())]
        if order.status != "RESERVED":
            return self.refused(state, 409, f"ORDER_{order.status}")
        return self.begin_saga(state, order, "cancel")

    def release(self, state: State, memory: Memory) -> Outcome:
        """What was reserved can be ordered again."""
        order = state.orders.get(self.order)
        return [(state.moved(order, "reserved", "available") if memory == OWN and order else state, memory)]

    def finish(self, state: State, memory: Memory) -> Outcome:
        """The order is CANCELLED."""
        order = state.orders.get(self.order)
        if memory != OWN or order is None:
            return [(state, memory)]
        return [(state.put(replace(order, saga="", status="CANCELLED", reason="CANCELLED_BY_OWNER")), memory)]


@dataclass(frozen=True, kw_only=True)
class Reading(OfOrder):
    """An order is there for its owner, and for admins."""

    owners: bool

    def answered(self, state: State, _: Memory) -> Outcome:
        """The order as it is now."""
        order = self.owned(state) if self.owners else state.orders.get(self.order)
        if order is None:
            return self.refused(state, 404, "ORDER_NOT_FOUND")
        Expected.of(200, answers.order(order)).check(self.answer)
        return [(seen(state, order, self.answer.body), ())]


def _objection(payment: Payment | None, order: Order) -> str:
    """Why a payment cannot pay an order, by what the provider knows of it; "" when it can."""
    if payment is None:
        return "PAYMENT_NOT_FOUND"
    if payment.reference != order.id:
        return "REFERENCE_MISMATCH"
    return payment.decline if payment.amount == order.total else "AMOUNT_MISMATCH"
