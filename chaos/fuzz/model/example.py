"""One example: customers, products and orders of its own in a shop that others use, too, and the states that it may be in.

`does` lets clients act at once and judges their answers. What was sent can be printed as a script.
"""

import asyncio
from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from itertools import chain, repeat

from chaos.client import Answer
from chaos.fuzz.model.accounts import ChangeAccount, LogIn, Register
from chaos.fuzz.model.action import Action, access
from chaos.fuzz.model.catalogue import ADMIN
from chaos.fuzz.model.intents import Intent
from chaos.fuzz.model.ordering import PlaceOrder, order_name
from chaos.fuzz.model.paying import Cancel, Complete, ReadOrder
from chaos.fuzz.model.sending import InconclusiveError, Sender
from chaos.fuzz.model.setting import CreateCategory, LogInAdmin, Staff
from chaos.fuzz.model.shelf import CATEGORY, CUSTOMERS, PASSWORDS, Shelf, address
from chaos.fuzz.model.state import State
from harness.fuzz.interleavings import Step, explain
from harness.fuzz.requests import Together, Values

POLLS, POLL_S = 100, 0.1


class UnexplainedError(Exception):
    """No order of the steps explains the answers. `operations` are those that were done at once."""

    def __init__(self, message: str, operations: frozenset[str]) -> None:
        super().__init__(message)
        self.operations = operations


@dataclass
class Example:
    """`mark` is in every name it makes; `began` is when, by the monotonic clock (s).

    `repeats`: the shop answers a refresh again that is repeated in time. `expires` says, by the id of an order, until when it
    can be paid. `inconclusive` is why the model could not go on.
    """

    sender: Sender
    staff: Staff
    mark: str
    began: float
    repeats: bool = False
    intents: list[tuple[Intent, ...]] = field(default_factory=list)
    sequence: list[Together] = field(default_factory=list)
    states: frozenset[State] = field(init=False)
    values: Values = field(init=False)
    shelf: Shelf = field(init=False)
    inconclusive: str = ""
    expires: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.states = frozenset({State(repeats=self.repeats)})
        self.values = Values({"run": self.mark})
        self.shelf = Shelf(self.values)

    async def opens(self) -> None:
        """The admin logs in, unless there is a session. Raises UnexplainedError, InconclusiveError."""
        if self.staff.here:
            self.values.learn(access(ADMIN), self.staff.token)
            self.sequence.append(self.staff.had_by)
            return
        await self.together([[LogInAdmin()]])
        self.staff.logged_in(self.values, self.sequence[-1])

    async def does(self, *intents: Intent) -> None:
        """Let clients act at once. Raises UnexplainedError; after an answer that says nothing it does nothing any more."""
        if self.inconclusive:
            return
        self.intents.append(intents)
        try:
            await self._acts(intents)
        except InconclusiveError as error:
            self.inconclusive = str(error)

    async def _arrive(self, needed: Set[str]) -> None:
        """Customers register and log in, and the category is made, when they are first needed."""
        if CATEGORY in needed and not self.values.known(CATEGORY):
            await self.together([[CreateCategory(CATEGORY)]])
        new = [name for name in CUSTOMERS if name in needed and not self.values.known(name)]
        if new:
            await self.together([[Register(name, address(CUSTOMERS.index(name)), PASSWORDS[0], "Ada")] for name in new])
            await self.together([self._logging_in(name) for name in new])

    async def _acts(self, intents: Sequence[Intent]) -> None:
        await self._arrive({name for intent in intents for name in intent.needs(self.shelf)})
        clients = [intent.actions(self.shelf) for intent in intents]
        answers = await self.together(clients)
        done = [
            (each, said) for client, told in zip(clients, answers, strict=True) for each, said in zip(client, told, strict=True)
        ]
        for action, said in done:
            if isinstance(action, PlaceOrder) and said[0].status == 202:
                await self._decided(order_name(action.customer, action.key))
        changed = {action.customer for action, _ in done if isinstance(action, ChangeAccount)}
        for customer in sorted(changed):
            await self.log_in(customer)

    async def _decided(self, order: str) -> None:
        """Read an order until it is decided. Raises InconclusiveError."""
        for _ in range(POLLS):
            [[[answer]]] = await self.together([[ReadOrder(ADMIN, ADMIN, order, owners=False)]])
            if answer.body.get("status") != "PENDING":
                return
            await asyncio.sleep(POLL_S)
        raise InconclusiveError("an accepted order is not decided")

    async def log_in(self, customer: str) -> None:
        """A customer opens a new session. Raises UnexplainedError, InconclusiveError."""
        await self.together([self._logging_in(customer)])

    def _logging_in(self, customer: str) -> Sequence[Action]:
        return [LogIn(customer, self.shelf.opens(customer), self.shelf.email(customer), self.shelf.password(customer))]

    async def together(self, clients: Sequence[Sequence[Action]]) -> list[list[list[Answer]]]:
        """Let clients act at once; the answers by client and action. Raises UnexplainedError, InconclusiveError."""
        views = [self.values.branch() for _ in clients]
        doing = [asyncio.ensure_future(each) for each in map(self.sender.perform, clients, views)]
        await asyncio.wait(doing)
        performed = [each.result() for each in doing]
        for view in views:
            self.values.merge(view)
        self.sequence.append(tuple(tuple(exchanges) for _, exchanges in performed))
        answers = [answered for answered, _ in performed]
        for actions, answered in zip(clients, answers, strict=True):
            alone = len(clients) == 1
            if alone and any(
                isinstance(a, Complete | Cancel) and b[0].status == 202 for a, b in zip(actions, answered, strict=True)
            ):
                raise InconclusiveError("it took too long")
        steps = [
            list(chain.from_iterable(map(_steps, actions, told, repeat(view))))
            for actions, told, view in zip(clients, answers, views, strict=True)
        ]
        explained = explain(self.states, steps)
        if not explained.states:
            operations = frozenset(each.request.operation for exchanges in self.sequence[-1] for each in exchanges)
            raise UnexplainedError("; or ".join(explained.mismatches), operations)
        self.states = explained.states
        said = [each.body for told in answers for one in told for each in one]
        self.expires |= {str(each["id"]): str(each["expires_at"]) for each in said if "id" in each and each.get("expires_at")}
        self.shelf.state = min(self.states, key=repr) if len(self.states) > 1 else next(iter(self.states))
        return answers

    async def peek(self, action: Action, pause_s: float) -> Answer:
        """Do something that is not judged, and wait. Raises InconclusiveError."""
        answers, exchanges = await self.sender.perform([action], self.values)
        self.sequence.append((tuple(exchanges),))
        await asyncio.sleep(pause_s)
        return answers[0][0]


def _steps(action: Action, answers: Sequence[Answer], values: Values) -> Sequence[Step[State]]:
    return action.steps(answers, values)
