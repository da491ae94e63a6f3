"""One's own orders, page by page, while others (and oneself) go on ordering.

A page holds the user's orders older than its cursor, newest first; a walk shows every order that was there when it began, once.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from chaos.client import Answer
from chaos.fuzz.model import answers
from chaos.fuzz.model.action import Action, Judged, Outcome, Sent, bearer, unless_done
from chaos.fuzz.model.answers import Expected
from chaos.fuzz.model.ordering import seen
from chaos.fuzz.model.state import State
from chaos.observations.identity import LIST_ORDERS
from harness.fuzz.interleavings import Memory, MismatchError, Step
from harness.fuzz.requests import Request, Values

PAGES = 30
"""A walk that has not ended by then does not end."""


@dataclass(frozen=True)
class ListOrders(Action):
    """A customer reads all pages; `walk` names its cursors."""

    customer: str
    session: str
    limit: int
    walk: str

    def requests(self, values: Values) -> Generator[Sent, Answer, None]:
        """See Action. Each page's cursor is in the answer to the one before."""
        path = f"/orders?limit={self.limit}"
        whose, walk = f"{{{self.customer}}}", f"{{run}}.{self.walk}"
        listed: dict[str, JsonValue] = {"user_id": whose, "walk": walk, "limit": self.limit}
        for page in range(PAGES):
            cursor = f"{self.walk}.{page}"
            request = Request(self.customer, "GET", path, headers=bearer(self.session), captures={cursor: "next_cursor"})
            answer = yield Sent(request, LIST_ORDERS, {**listed, "cursor": f"{{{self.walk}.{page - 1}}}" if page else ""})
            if not isinstance(answer.body.get("next_cursor"), str):
                return
            path = f"/orders?limit={self.limit}&cursor={{{cursor}}}"

    def steps(self, answers: Sequence[Answer], values: Values) -> Sequence[Step[State]]:
        """See Action."""
        steps: list[Step[State]] = []
        for number, answer in enumerate(answers):
            page = Page(answer, self.session, limit=self.limit, first=number == 0)
            steps += [page.verified, unless_done(page.read)]
        return steps


@dataclass(frozen=True)
class Walk:
    """What a walk must still show (the orders that were there when it began), what it has shown, and where it is."""

    missing: frozenset[str]
    shown: frozenset[str]
    after: tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Page(Judged):
    """One page of a walk."""

    limit: int
    first: bool

    def read(self, state: State, memory: Memory) -> Outcome:
        """Compare a page with the orders there are."""
        own = {each.id for each in state.orders if each.owner == self.user(state)}
        walk = memory[0] if memory and isinstance(memory[0], Walk) else None
        if self.first or walk is None:
            walk = Walk(frozenset(own), frozenset(), ("~", "~"))
        Expected(200).check(self.answer)
        items = answers.rows(self.answer)
        last = self.answer.body.get("next_cursor") is None
        if len(items) > self.limit or (len(items) < self.limit and not last):
            raise self._wrong(f"{self.limit} orders on each page but the last", f"{len(items)}")
        for item in items:
            state, walk = self._shown(state, walk, own, item)
        if last and walk.missing:
            raise self._wrong(f"orders {sorted(walk.missing)} on some page", "none")
        newer = [each.id for each in state.orders if each.id in walk.missing and each.created_at > walk.after[0]]
        if newer:
            raise self._wrong(f"orders {newer}, newer than the last one of this page", "an older one")
        return [(state, (walk,))]

    def _shown(self, state: State, walk: Walk, own: set[str], item: answers.Body) -> tuple[State, Walk]:
        order_id, at = str(item.get("id")), (str(item.get("created_at")), str(item.get("id")))
        order = state.orders.get(order_id)
        if order is None or order_id not in own:
            raise self._wrong("only the user's own orders", f"{order_id}")
        if order_id in walk.shown:
            raise self._wrong("each order once", f"{order_id} twice")
        if at >= walk.after:
            raise self._wrong(f"an order older than {walk.after}", f"{at}")
        Expected.of(200, answers.order(order)).check(Answer(f"{self.answer.request} item {order_id}", 200, item))
        walk = Walk(walk.missing - {order_id}, walk.shown | {order_id}, at)
        return seen(state, order, item), walk

    def _wrong(self, expected: str, got: str) -> MismatchError:
        return MismatchError(f"{self.answer.request}: expected {expected}, answered with {got}")
