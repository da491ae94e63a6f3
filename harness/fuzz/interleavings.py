"""Answers of clients that acted at once, judged against a model: is there an order of their steps that explains them all?

A client's requests are a sequence of steps, each atomic in the system under test. The search tries every interleaving of the
clients' sequences from every state that the system may be in, and keeps the states that it may be in afterwards (the search
of Wing and Gong, Testing and Verifying Concurrent Objects, 1993, over steps in place of whole operations). Only the order
within one client is assumed; that two clients did not overlap is not, so a missing violation proves nothing, and a reported
one is one.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

S = TypeVar("S")
Memory = tuple[object, ...]
"""What a client's sequence carries from step to step; compared and hashed."""
Step = Callable[[S, Memory], Iterable[tuple[S, Memory]]]
"""The states and memories after a step, several where the model leaves a choice. Raises MismatchError when none fits."""


class MismatchError(Exception):
    """The answer given is not the one that the model expects in this state; the message says both."""


@dataclass(frozen=True)
class Explained(Generic[S]):
    """`states` the system may be in now; none: no order of steps explains the answers, and `mismatches` say why not."""

    states: frozenset[S]
    mismatches: tuple[str, ...] = ()


def explain(states: Iterable[S], clients: Sequence[Sequence[Step[S]]]) -> Explained[S]:
    """Run the clients' steps in every interleaving. States are compared and hashed."""
    start = (0,) * len(clients)
    done = tuple(len(steps) for steps in clients)
    memories: tuple[Memory, ...] = ((),) * len(clients)
    todo = [(state, start, memories) for state in states]
    seen = set(todo)
    ends: set[S] = set()
    deepest, mismatches = -1, set[str]()
    while todo:
        state, at, kept = todo.pop()
        if at == done:
            ends.add(state)
            continue
        for client, steps in enumerate(clients):
            if at[client] == done[client]:
                continue
            try:
                after = list(steps[at[client]](state, kept[client]))
            except MismatchError as mismatch:
                if sum(at) > deepest:
                    deepest, mismatches = sum(at), set()
                if sum(at) == deepest:
                    mismatches.add(str(mismatch))
                continue
            position = (*at[:client], at[client] + 1, *at[client + 1 :])
            for new, memory in after:
                node = (new, position, (*kept[:client], memory, *kept[client + 1 :]))
                if node not in seen:
                    seen.add(node)
                    todo.append(node)
    return Explained(frozenset(ends), () if ends else tuple(sorted(mismatches)))
