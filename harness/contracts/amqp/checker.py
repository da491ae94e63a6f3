"""Compares two AMQP documents by every rule there is."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# The rules declare themselves where they are written.
from harness.contracts.amqp import bindings, exchanges, messages, queues  # noqa: F401
from harness.contracts.amqp.registry import COMPARISONS
from harness.contracts.amqp.topology import Topology, parse
from harness.contracts.documents import Documents
from harness.contracts.finding import Finding

DOCUMENT = "amqp.json"


@dataclass(frozen=True)
class AmqpChecker:
    """See ContractChecker."""

    name: str = "amqp"
    about: str = "Exchanges, queues, bindings and messages that publishers and consumers no longer agree on."
    released: tuple[str, ...] = (DOCUMENT,)
    current: tuple[str, ...] = (DOCUMENT,)

    def check(self, released: Documents, current: Documents) -> Iterable[Finding]:
        """See ContractChecker. Raises ValueError for a document that is none."""
        return check(parse(released.content(DOCUMENT)), parse(current.content(DOCUMENT)))


def check(old: Topology, new: Topology) -> Iterator[Finding]:
    """What changed for publishers and consumers between two topologies."""
    for compare in COMPARISONS:
        yield from compare(old, new)
