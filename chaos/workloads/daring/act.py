"""What an act of a daring customer is: a coroutine function with a weight, registered where it is defined."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from chaos.workloads.daring.customer import DaringCustomer

Doing = Callable[[DaringCustomer], Awaitable[None]]


@dataclass(frozen=True)
class Act:
    """`weight` is how often it is drawn, compared with others; `accounts`: it changes the account or its sessions."""

    name: str
    weight: int
    do: Doing
    accounts: bool = False


def act(weight: int = 1, *, accounts: bool = False) -> Callable[[Doing], Act]:
    """Register a function as an act; the first line of its docstring says what the customer does."""

    def register(do: Doing) -> Act:
        return Act(do.__name__, weight, do, accounts)

    return register
