"""A fault as data: its kind, its resolved members and edges, and its parameters.

From the spec alone a fault is created, planned, recorded in the history, described as text, and judged (what it excuses).
The text is never parsed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from harness.direction import Direction

SHOWN = 4
"""Most targets that the text names; of more it has the number."""
BOTH = tuple(Direction)
"""Both ways: to the callee and back."""


class SpecError(ValueError):
    """A spec whose members, edges or parameters do not fit its kind; the message names them."""


@dataclass(frozen=True, order=True)
class Edge:
    """A proxied edge between two instances, and the streams of it that a fault acts on."""

    caller: str
    callee: str
    streams: tuple[Direction, ...] = BOTH

    @classmethod
    def named(cls, name: str, streams: tuple[Direction, ...] = BOTH) -> "Edge":
        """The edge of a name `caller->callee`. Raises ValueError for any other form."""
        caller, arrow, callee = name.partition("->")
        if not (caller and arrow and callee):
            raise ValueError(f"{name!r} is not caller->callee")
        return cls(caller, callee, streams)

    @property
    def name(self) -> str:
        """Its name in the stack and at the proxy: `caller->callee`."""
        return f"{self.caller}->{self.callee}"

    def __str__(self) -> str:
        return self.name if self.streams == BOTH else f"{self.name} ({', '.join(self.streams)})"


@dataclass(frozen=True, kw_only=True)
class FaultSpec:
    """A fault as data.

    `kind` is its name in the registry. `members` and `edges` have all patterns resolved; with `one_of_them` only
    one of the members is hit, which is known only during the run (see `hit` of the history's record), and an effect on one of
    the edges is enough, because callers use them as they are needed. `parameters` have their
    units in their names (`timeout_ms`, `seconds`, `rate_kb_s`); those of a toxic are Toxiproxy's.
    """

    kind: str
    members: tuple[str, ...] = ()
    edges: tuple[Edge, ...] = ()
    one_of_them: bool = False
    parameters: Mapping[str, JsonValue] = field(default_factory=dict)

    @property
    def target(self) -> str:
        """Its members and edges as text."""
        members = ("one of " if self.one_of_them else "") + _listed(self.members) if self.members else ""
        return "; ".join(filter(None, (members, _listed(map(str, self.edges)))))

    def integer(self, name: str) -> int:
        """An integer parameter. Raises SpecError when it is missing or something else."""
        value = self.parameters.get(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise SpecError(f"{self.kind} needs the whole number {name}, not {value!r}")
        return value

    def text(self, name: str) -> str:
        """A string parameter. Raises SpecError when it is missing or something else."""
        value = self.parameters.get(name)
        if not isinstance(value, str):
            raise SpecError(f"{self.kind} needs the text {name}, not {value!r}")
        return value


def words(spec: FaultSpec) -> str:
    """A fault as text: `kill of order-1`, `toxic of order-1->redis-lock-2 (upstream), latency=100, type=latency`."""
    simple = [f"{name}={value}" for name, value in sorted(spec.parameters.items()) if not isinstance(value, list | dict)]
    return ", ".join([f"{spec.kind} of {spec.target}", *simple])


def _listed(names: Iterable[str]) -> str:
    every = list(names)
    shown = every if len(every) <= SHOWN else [*every[: SHOWN - 1], f"{len(every) - SHOWN + 1} more"]
    return ", ".join(shown)
