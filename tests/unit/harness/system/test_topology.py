"""The drawn topology has everything that the stack is made of."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from harness.stack.view import StackView
from harness.system.topology import topology_of

SERVICES = Path(__file__).parents[4] / "system" / "services.toml"


@pytest.fixture
def stack() -> StackView:
    """As much of a stack as a drawing needs: two instances of order, one of everything else."""
    members = [SimpleNamespace(service="order", name="order-1"), SimpleNamespace(service="order", name="order-2")]
    members += [SimpleNamespace(service="mysql", name="mysql")]
    return cast(StackView, SimpleNamespace(manifest=SimpleNamespace(topology=SERVICES), instances=lambda: members))


def test_the_topology_has_every_node_with_its_members_and_every_edge(stack: StackView) -> None:
    drawn = topology_of(stack)
    nodes = {node.name: node for node in drawn.nodes}
    assert nodes["order"].members == ("order-1", "order-2")
    assert (nodes["mysql"].role, nodes["mysql"].members) == ("server", ("mysql",))
    assert {nodes[name].role for name in ("gateway", "provider", "redis-lock-1")} == {"service", "sandbox", "server"}
    assert ("order", "redis-lock-1") in drawn.edges
    assert {name for edge in drawn.edges for name in edge} <= set(nodes)
