"""Who waits for money that has moved: an instance with a saga whose step is not done, though the ledger says that it is."""

from types import SimpleNamespace
from typing import Any

import pytest

from chaos.subject import waiting as module
from harness.history import Row

LEDGER: list[Row] = [
    {"reference": "a", "kind": "authorize"},
    {"reference": "a", "kind": "capture"},
    {"reference": "b", "kind": "authorize"},
    {"reference": "c", "kind": "capture"},
    {"reference": "c", "kind": "refund"},
    {"reference": "d", "kind": "capture"},
]


async def test_orders_are_told_with_who_has_their_saga(monkeypatch: pytest.MonkeyPatch) -> None:
    queries = []

    def rows(access: object, query: str) -> tuple[Row, ...]:
        queries.append(query)
        leases = {"a": "order-1:x:1", "b": "order-1:x:2", "c": "order-2:y:1", "d": "order-2:y:2"}
        return tuple({"subject": order, "lease": lease} for order, lease in leases.items())

    async def ledger() -> list[Row]:
        return LEDGER

    monkeypatch.setattr(module, "rows", rows)
    access: Any = None
    provider: Any = SimpleNamespace(ledger=ledger)
    assert await module.waiting(access, provider, "capture") == {"a": "order-1", "c": "order-2", "d": "order-2"}
    assert await module.waiting(access, provider, "refund") == {"c": "order-2"}
    assert ["'RUNNING'" in query for query in queries] == [True, False]
