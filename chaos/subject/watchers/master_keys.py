"""The lock keys of one master, modelled from the commands that it executed: what value each holds, and until when.

The model is unknown from when the master was out of sight until it is read anew; what is asked of it then has no answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

FOR_EVER_NS = 2**63 - 1
"""The end of a key without a TTL."""
SETTLED_NS = 500_000_000
"""Commands told for so long after the keys were read may have been executed before."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A value that a key holds, and for how long still, in ns."""

    value: str
    left_ns: int


@dataclass
class MasterKeys:
    """Values and ends (ns) by key; `known_from_ns` is None while the master is out of sight."""

    known_from_ns: int | None = 0
    _held: dict[str, tuple[str, int]] = field(default_factory=dict)

    def standing(self, key: str, at_ns: int) -> Standing | None:
        """What a key holds; None when it holds nothing, or when that is not known."""
        held = self._held.get(key)
        if held is None or held[1] <= at_ns or self.known_from_ns is None or at_ns < self.known_from_ns:
            return None
        return Standing(held[0], held[1] - at_ns)

    def set(self, key: str, value: str, until_ns: int) -> None:
        """A key holds a value until a time."""
        self._held[key] = (value, until_ns)

    def extend(self, key: str, at_ns: int, until_ns: int) -> None:
        """A key holds its value, if it still has one, until another time."""
        held = self._held.get(key)
        if held is not None and held[1] > at_ns:
            self._held[key] = (held[0], until_ns)

    def delete(self, *keys: str) -> None:
        """Keys are gone; without any, all are."""
        for key in keys or tuple(self._held):
            self._held.pop(key, None)

    def lost(self) -> None:
        """The master is out of sight."""
        self.known_from_ns = None
        self._held.clear()

    def read(self, values: Mapping[str, tuple[str, int]], now_ns: int) -> None:
        """All keys were read: values and ends."""
        self._held = dict(values)
        self.known_from_ns = now_ns + SETTLED_NS
