"""The registry that every rule about AMQP declares itself in, and how rules over named things are written."""

from collections.abc import Callable, Iterator

from harness.contracts.amqp.topology import Topology
from harness.contracts.finding import Finding
from harness.contracts.rules import Rules

RULES = Rules("amqp")

Compare = Callable[[Topology, Topology], Iterator[Finding]]
COMPARISONS: list[Compare] = []


def comparison(compare: Compare) -> Compare:
    """Decorator: this is asked for every pair of topologies."""
    COMPARISONS.append(compare)
    return compare
