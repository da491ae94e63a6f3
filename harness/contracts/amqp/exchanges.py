"""Exchanges: publishers name them, and whoever declares one must declare it as it stands, or its channel is closed (406)."""

from collections.abc import Iterator

from harness.contracts.amqp.registry import RULES, comparison
from harness.contracts.amqp.topology import Exchange, Topology
from harness.contracts.finding import Finding, Level

_ERR, _INFO = Level.ERR, Level.INFO
REMOVED = RULES.declare("exchange-removed", _ERR, "An exchange is gone: whoever publishes to it is refused.")
ADDED = RULES.declare("exchange-added", _INFO, "There is a new exchange.")
TYPE = RULES.declare(
    "exchange-type-changed", _ERR, "An exchange has another type: it routes otherwise, and cannot be declared as before."
)
DURABILITY = RULES.declare(
    "exchange-durability-changed", _ERR, "An exchange is durable or not as before: it cannot be declared as before."
)
AUTO_DELETE = RULES.declare("exchange-auto-delete-changed", _ERR, "An exchange goes with its last binding, or no longer does.")
INTERNAL = RULES.declare("exchange-internal-changed", _ERR, "An exchange is open to publishers, or no longer is.")
ARGUMENTS = RULES.declare(
    "exchange-arguments-changed", _ERR, "An exchange has other arguments: it cannot be declared as before."
)

_ATTRIBUTES = {"type": TYPE, "durable": DURABILITY, "auto_delete": AUTO_DELETE, "internal": INTERNAL, "arguments": ARGUMENTS}


@comparison
def exchanges(old: Topology, new: Topology) -> Iterator[Finding]:
    """What has become of every exchange."""
    now = {exchange.name: exchange for exchange in new.exchanges}
    for was in old.exchanges:
        if (found := now.pop(was.name, None)) is None:
            yield RULES.found(REMOVED, f"exchange {was.name}")
        else:
            yield from _changed(was, found)
    for name in now:
        yield RULES.found(ADDED, f"exchange {name}")


def _changed(old: Exchange, new: Exchange) -> Iterator[Finding]:
    for attribute, rule in _ATTRIBUTES.items():
        before, after = getattr(old, attribute), getattr(new, attribute)
        if before != after:
            yield RULES.found(rule, f"exchange {old.name}", f"{attribute} was {before}, is {after}")
