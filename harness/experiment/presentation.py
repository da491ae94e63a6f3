"""How a system's runs are drawn: the topology graph, and which observations become lanes.

It is data kept with the run (system.json), so that a page can be drawn again without the system's code, and the engine does
not depend on locks or sagas.
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
    """Rows of which these columns hold these values are drawn in a tone; `said` is its text in the legend."""

    said: str
    tone: Tone
    when: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class LaneSpec:
    """How the rows of an observation become lanes of intervals over time.

    `subject` names the observation; `lane`, `by` and `label` are columns: one lane for each value of `lane`, `by` is the
    owner, `label` further text. `begin` and `end` are columns too, in ns of the history's clock; an interval whose end is
    null lasts to the end of the run. With a `chain`, rows that share its value follow each other: each begins where the one
    before it ended, the first of them at `begin`. In an `exclusive` lane, two intervals of different owners at once are a
    conflict, and marked. The first of the `shades` that fits a row colours it; without shades the colour is the owner's.
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
    """What a page draws besides the history; empty for a system without one."""

    lanes: tuple[LaneSpec, ...] = ()
    topology: TopologyGraph = field(default_factory=TopologyGraph)
