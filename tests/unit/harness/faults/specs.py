"""Specs and declarations for tests of faults."""

from pydantic import JsonValue

from harness.faults.inventory import Declaration, Inventory
from harness.faults.spec import Edge, FaultSpec
from harness.seed import Seed

INVENTORY = Inventory(
    {
        "order": ("order-1", "order-2"),
        "user": ("user-1", "user-2"),
        "payment": ("payment-1", "payment-2"),
        "gateway": ("gateway-1",),
        "redis-lock-1": ("redis-lock-1",),
        "redis-lock-2": ("redis-lock-2",),
        "redis-lock-3": ("redis-lock-3",),
        "redis-cache": ("redis-cache",),
        "mysql": ("mysql",),
        "rabbitmq": ("rabbitmq",),
        "provider": ("provider",),
        "mailbox": ("mailbox",),
    },
    (
        "order-1->redis-lock-1",
        "order-2->redis-lock-1",
        "order-1->payment-1",
        "gateway-1->order-1",
        "order-1->mysql",
        "order-1->rabbitmq",
    ),
)


def spec(kind: str, *members: str, edges: tuple[Edge, ...] = (), **parameters: JsonValue) -> FaultSpec:
    return FaultSpec(kind=kind, members=members, edges=edges, parameters=parameters)


def declared(declaration: Declaration, seed: int = 1, inventory: Inventory = INVENTORY) -> FaultSpec:
    """What a declaration comes to with a seed."""
    return declaration(inventory, Seed(seed).stream("fault"))


def targets(declaration: Declaration, seeds: int = 30) -> list[str]:
    """Whom it is done to with each of some seeds."""
    return [declared(declaration, seed).target for seed in range(seeds)]
