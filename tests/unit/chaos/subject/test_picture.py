"""The shop's picture fits what is observed of it: no lane asks for a column that no row has."""

from dataclasses import fields
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from chaos.guarantees.locks import GrantRow
from chaos.subject.databases import OBSERVATIONS
from chaos.subject.picture import LOCK_HOLDERS, SAGAS, picture
from harness.experiment.picture import LaneSpec
from harness.stack.view import StackView

SERVICES = Path(__file__).parents[4] / "system" / "services.toml"


def columns(spec: LaneSpec) -> set[str]:
    asked = {spec.lane, spec.by, spec.begin, spec.end, spec.chain, *spec.label}
    return (asked | {column for shade in spec.shades for column in shade.when}) - {""}


def test_lanes_of_locks_ask_for_what_a_grant_has() -> None:
    assert columns(LOCK_HOLDERS) <= {field.name for field in fields(GrantRow)}


def test_lanes_of_sagas_ask_for_what_the_query_selects() -> None:
    _, query = OBSERVATIONS[SAGAS.subject]
    selected = query.partition(" FROM ")[0]
    assert all(f".{column}," in selected or f" AS {column}" in selected for column in columns(SAGAS))


@pytest.fixture
def stack() -> StackView:
    """As much of a stack as a picture looks at: two instances of order, one of everything else."""
    members = [SimpleNamespace(service="order", name="order-1"), SimpleNamespace(service="order", name="order-2")]
    members += [SimpleNamespace(service="mysql", name="mysql")]
    return cast(StackView, SimpleNamespace(manifest=SimpleNamespace(topology=SERVICES), instances=lambda: members))


def test_the_topology_has_every_node_with_its_members_and_every_edge(stack: StackView) -> None:
    drawn = picture(stack).topology
    nodes = {node.name: node for node in drawn.nodes}
    assert nodes["order"].members == ("order-1", "order-2")
    assert (nodes["mysql"].role, nodes["mysql"].members) == ("server", ("mysql",))
    assert {nodes[name].role for name in ("gateway", "provider", "redis-lock-1")} == {"service", "sandbox", "server"}
    assert ("order", "redis-lock-1") in drawn.edges
    assert {name for edge in drawn.edges for name in edge} <= set(nodes)
