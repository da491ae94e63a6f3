"""Which members and edges a declaration comes to, and what is said when there are none."""

import pytest

from harness.direction import Direction
from harness.faults.cut import cut
from harness.faults.inventory import Declaration, Inventory
from harness.faults.partition import partition
from harness.faults.protocol import AssumptionError
from harness.faults.spec import Edge
from harness.faults.toxic import toxic
from tests.unit.harness.faults.specs import INVENTORY, declared


@pytest.mark.parametrize("declaration", [cut("order-1->*"), toxic("latency", "order-1->*", latency=1), partition(["*"], ["*"])])
def test_a_stack_without_a_proxy_has_no_edges_to_break(declaration: Declaration) -> None:
    with pytest.raises(AssumptionError, match="run through no proxy"):
        declared(declaration, inventory=Inventory({"order": ("order-1",)}))


def test_every_pattern_must_name_an_edge() -> None:
    with pytest.raises(AssumptionError, match=r"no edge is called order-\*->redis-lock-9"):
        declared(cut("order-1->redis-lock-1", "order-*->redis-lock-9"))


def test_a_partition_needs_edges_between_its_groups() -> None:
    with pytest.raises(AssumptionError, match="no edge leads between gateway-1 and payment-1"):
        declared(partition(["gateway-1"], ["payment-1"]))


def test_edges_are_found_by_caller_and_callee() -> None:
    found = INVENTORY.edges_between(["order-*"], ["redis-*"], Direction.UPSTREAM)
    assert found == tuple(Edge(caller, "redis-lock-1", (Direction.UPSTREAM,)) for caller in ("order-1", "order-2"))
    assert INVENTORY.edges_between(["redis-*"], ["order-*"]) == ()


def test_a_service_that_is_not_there() -> None:
    with pytest.raises(AssumptionError, match="there is no search; there is "):
        INVENTORY.instances("search")
