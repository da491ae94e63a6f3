"""Counters of a proxy's effects on traffic: the proof whether a fault had one.

Counters only ever rise and outlive the connections, toxics and pauses of the proxy they belong to.
"""

from dataclasses import dataclass, field

from harness.direction import Direction


@dataclass
class Flow:
    """Bytes of one direction. Those received were passed to the other side's kernel, dropped, or are still held.

    Passed is not read: what a peer's reset discards counts as passed, in its kernel and in this process's write buffer (event
    loops clear that before they tell that the connection is lost).
    """

    received: int = 0
    dropped: int = 0


@dataclass
class Connections:
    """Connections by what became of them."""

    accepted: int = 0
    unreachable: int = 0  # the upstream could not be reached
    cut: int = 0  # closed because the proxy was disabled, changed or deleted
    reset: int = 0  # broken with a TCP reset


@dataclass
class ToxicEffect:
    """What one toxic has seen and done."""

    connections: int = 0  # it acted on
    bytes: int = 0  # that reached it
    ends: int = 0  # times the source ended while it acted
    closed: int = 0  # streams it ended itself
    released: int = 0  # bytes it held and passed on when it was changed or removed


@dataclass
class Effects:
    """All of it, of one proxy. Toxics stay in the list, by name, after they were removed."""

    connections: Connections = field(default_factory=Connections)
    flows: dict[Direction, Flow] = field(default_factory=lambda: {direction: Flow() for direction in Direction})
    toxics: dict[str, ToxicEffect] = field(default_factory=dict)

    def of_toxic(self, name: str) -> ToxicEffect:
        """The counters of the toxic of that name."""
        return self.toxics.setdefault(name, ToxicEffect())
