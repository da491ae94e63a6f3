"""What a fault is, as data: its kind, the members and edges that are really meant, and its parameters.

From the spec alone a fault is made, planned, recorded in the history, told in words, and judged (what it may excuse). Nothing
is ever read back out of the words.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from harness.direction import Direction

SHOWN = 4
"""How many targets the words name; of more they say the number."""
BOTH = tuple(Direction)
"""Both ways: to the callee and back."""


class SpecError(ValueError):
    """A spec whose members, edges or parameters do not fit its kind; says which."""


@dataclass(frozen=True, order=True)
class Edge:
    """A proxied edge between two instances, and the streams of it that a fault acts on."""

    caller: str
    callee: str
    streams: tuple[Direction, ...] = BOTH

    @classmethod
    def named(cls, name: str, streams: tuple[Direction, ...] = BOTH) -> "Edge":
        """The edge that a stack calls `caller->callee`. Raises ValueError for what is no such name."""
        caller, arrow, callee = name.partition("->")
        if not (caller and arrow and callee):
            raise ValueError(f"{name!r} is not caller->callee")
        return cls(caller, callee, streams)

    @property
    def name(self) -> str:
        """What a stack and its proxy call it."""
        return f"{self.caller}->{self.callee}"

    def __str__(self) -> str:
        return self.name if self.streams == BOTH else f"{self.name} ({', '.join(self.streams)})"


@dataclass(frozen=True, kw_only=True)
class FaultSpec:
    """A fault as data.

    `kind` is its name in the registry. `members` and `edges` are those really meant, patterns resolved; with `one_of_them` only
    one of the members is hit, and which one shows during the run (see `hit` of the history's record). `parameters` have their
    units in their names (`timeout_ms`, `seconds`, `rate_kb_s`); those of a toxic are Toxiproxy's.
    """

    kind: str
    members: tuple[str, ...] = ()
    edges: tuple[Edge, ...] = ()
    one_of_them: bool = False
    parameters: Mapping[str, JsonValue] = field(default_factory=dict)

    @property
    def target(self) -> str:
        """Its members and edges in words."""
        members = ("one of " if self.one_of_them else "") + _listed(self.members) if self.members else ""
        return "; ".join(filter(None, (members, _listed(map(str, self.edges)))))

    def integer(self, name: str) -> int:
        """A parameter that is a whole number. Raises SpecError when it is missing or something else."""
        value = self.parameters.get(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise SpecError(f"{self.kind} needs the whole number {name}, not {value!r}")
        return value

    def text(self, name: str) -> str:
        """A parameter that is text. Raises SpecError when it is missing or something else."""
        value = self.parameters.get(name)
        if not isinstance(value, str):
            raise SpecError(f"{self.kind} needs the text {name}, not {value!r}")
        return value


def words(spec: FaultSpec) -> str:
    """A fault for people: `kill of order-1`, `toxic of order-1->redis-lock-2 (upstream), latency=100, type=latency`."""
    simple = [f"{name}={value}" for name, value in sorted(spec.parameters.items()) if not isinstance(value, list | dict)]
    return ", ".join([f"{spec.kind} of {spec.target}", *simple])


def _listed(names: Iterable[str]) -> str:
    every = list(names)
    shown = every if len(every) <= SHOWN else [*every[: SHOWN - 1], f"{len(every) - SHOWN + 1} more"]
    return ", ".join(shown)
