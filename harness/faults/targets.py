"""Declarations shared by most kinds: of given members, of one that the seed chooses, and of edges."""

from dataclasses import replace
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed

from pydantic import JsonValue

from harness.direction import Direction
from harness.faults.inventory import Declaration, Inventory
from harness.faults.spec import BOTH, FaultSpec


def member(kind: str, *targets: str, **parameters: JsonValue) -> Declaration:
    """A fault on all of these members."""
    return lambda inventory, _random: FaultSpec(kind=kind, members=inventory.require(*targets), parameters=parameters)


def one_of(kind: str, *targets: str) -> Declaration:
    """A fault on one of these members; the seed decides which."""

    def declared(inventory: Inventory, random: Random) -> FaultSpec:
        inventory.require(*targets)
        return FaultSpec(kind=kind, members=(random.choice(targets),))

    return declared


def edges(kind: str, *patterns: str, streams: tuple[Direction, ...] = BOTH, **parameters: JsonValue) -> Declaration:
    """A fault on all edges that match one of these patterns, e.g. `order-*->redis-lock-1`."""
    return lambda inventory, _random: FaultSpec(
        kind=kind, edges=inventory.edges_like(*patterns, streams=streams), parameters=parameters
    )


def some_of(declaration: Declaration) -> Declaration:
    """The same fault, of which an effect on one of its edges is enough: which of them callers use is not known before."""
    return lambda inventory, random: replace(declaration(inventory, random), one_of_them=True)


def one_edge_of(kind: str, *patterns: str) -> Declaration:
    """A fault on the edges of one of these patterns; the seed decides which."""

    def declared(inventory: Inventory, random: Random) -> FaultSpec:
        inventory.edges_like(*patterns)
        return FaultSpec(kind=kind, edges=inventory.edges_like(random.choice(patterns)))

    return declared
