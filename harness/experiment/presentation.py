"""What a system says of itself so that a run can be drawn: what it is made of, and which observations become lanes.

It is data kept with the run (RunRecord), so that a page can be drawn again without the system's code, and so that the engine
needs to know nothing of locks or sagas.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Tone(StrEnum):
    """What a colour means."""

    GOOD = "good"
    WEAK = "weak"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, kw_only=True)
class Shade:
    """Rows of which these columns hold these values are drawn in a tone; `said` is what the legend calls it."""

    said: str
    tone: Tone
    when: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class LaneSpec:
    """How the rows of an observation become lanes of intervals over time.

    `subject` names the observation; `lane`, `by` and `label` are columns: one lane for each value of `lane`, `by` is who it
    was, `label` what else is told. `begin` and `end` are columns too, in ns of the history's clock; an interval whose end is
    null lasts to the end of the run. With a `chain`, rows that share its value follow each other: each begins where the one
    before it ended, the first of them at `begin`. In an `exclusive` lane, two intervals of different owners at once are a
    conflict, and marked. The first of the `shades` that fits a row colours it; without shades the colour says who it was.
    """

    name: str
    title: str
    about: str
    subject: str
    lane: str
    by: str
    label: tuple[str, ...] = ()
    begin: str = "begin_ns"
    end: str = "end_ns"
    chain: str = ""
    exclusive: bool = False
    shades: tuple[Shade, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Node:
    """A service, server or sandbox (`role`) and the names of its members; `about` is one line for a reader."""

    name: str
    role: str
    members: tuple[str, ...]
    about: str = ""


@dataclass(frozen=True, kw_only=True)
class TopologyGraph:
    """What calls what: `edges` lead from the name of a node to that of another."""

    nodes: tuple[Node, ...] = ()
    edges: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Presentation:
    """Everything that a page draws beyond the history itself; empty for a system that says nothing of itself."""

    lanes: tuple[LaneSpec, ...] = ()
    topology: TopologyGraph = field(default_factory=TopologyGraph)
