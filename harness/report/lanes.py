"""Observed rows as lanes of intervals: who held a lock and when, how far a saga got and when.

Which rows, is said by a LaneSpec. What a person cannot read is left out and counted: lanes of violations stay first, then
those with conflicts, then those that overlap a fault, then the longest.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, groupby, islice

from harness.experiment.presentation import LaneSpec, Shade, Tone
from harness.history import History, NotObservedError, Row
from harness.report.timeline import Band, bands, zero_ns
from harness.verdict import RunVerdict, Violation

MOST_LANES = 40
MOST_INTERVALS = 2_000
MOST_CONFLICTS = 500
MOST_NAMED = 50
OTHER = Shade(said="other", tone=Tone.WEAK)


@dataclass(frozen=True)
class Interval:
    """A row over time, in seconds since the workload began; `open` when it never ended."""

    lane: str
    by: str
    label: str
    shade: Shade | None
    begin_s: float
    end_s: float
    open: bool = False
    taken_from: str = ""


@dataclass(frozen=True)
class Conflict:
    """Two owners at once in an exclusive lane, from `begin_s` to `end_s`."""

    lane: str
    first: Interval
    second: Interval
    begin_s: float
    end_s: float


@dataclass(frozen=True)
class Lanes:
    """What is drawn of a LaneSpec: lanes in the order drawn, and how many lanes, and intervals in them, are not.

    `marked` are the lanes that a violation names. At most MOST_CONFLICTS conflicts are looked for.
    """

    spec: LaneSpec
    names: tuple[str, ...]
    intervals: tuple[Interval, ...]
    conflicts: tuple[Conflict, ...]
    marked: tuple[str, ...]
    lanes_left_out: int
    left_out: int

    @property
    def taken_over(self) -> bool:
        """Whether any lane changes its owner."""
        return any(each.taken_from for each in self.intervals)

    @property
    def end_s(self) -> float:
        """When the last of them ended."""
        return max((each.end_s for each in self.intervals), default=0.0)


def lanes(spec: LaneSpec, history: History, verdict: RunVerdict) -> Lanes | None:
    """The lanes of an observation; None when it was never made, or holds nothing that can be drawn."""
    try:
        rows = history.observed(spec.subject)
    except NotObservedError:
        return None
    zero, end_ns = zero_ns(history), history.span_ns[1]
    intervals = sorted(_intervals(spec, rows, zero, end_ns), key=lambda each: (each.lane, each.begin_s, each.end_s))
    if not intervals:
        return None
    by_lane = {lane: list(found) for lane, found in groupby(intervals, key=lambda each: each.lane)}
    every = chain.from_iterable(_conflicts(found) for found in by_lane.values()) if spec.exclusive else ()
    conflicts = list(islice(every, MOST_CONFLICTS))
    marked = _named_by(by_lane, history, verdict)
    names = _chosen(by_lane, marked, {each.lane for each in conflicts}, bands(history))
    chosen = [each for lane in names for each in by_lane[lane]]
    kept = _kept(chosen, conflicts, bands(history))
    return Lanes(
        spec=spec,
        names=tuple(names),
        intervals=tuple(kept),
        conflicts=tuple(sorted(conflicts, key=lambda each: each.begin_s)),
        marked=tuple(lane for lane in names if lane in marked),
        lanes_left_out=len(by_lane) - len(names),
        left_out=len(chosen) - len(kept),
    )


def _intervals(spec: LaneSpec, rows: Iterable[Row], zero: int, end_ns: int) -> Iterable[Interval]:
    """A row without a beginning or a lane, as a corrupt or older run may have, is not drawn."""
    readable = [row for row in rows if isinstance(row.get(spec.begin), int | float) and spec.lane in row]
    if not spec.chain:
        yield from (_interval(spec, row, row[spec.begin], row.get(spec.end), zero, end_ns) for row in readable)
        return
    chains: dict[str, list[Row]] = defaultdict(list)
    for row in readable:
        if isinstance(row.get(spec.end), int | float):
            chains[_text(row.get(spec.chain))].append(row)
    for links in chains.values():
        begin, by = links[0][spec.begin], ""
        for row in sorted(links, key=lambda each: _ns(each[spec.end])):
            interval = _interval(spec, row, begin, row[spec.end], zero, end_ns)
            yield replace(interval, taken_from=by) if by and by != interval.by else interval
            begin, by = row[spec.end], interval.by


def _interval(spec: LaneSpec, row: Row, begin: object, end: object, zero: int, end_ns: int) -> Interval:
    is_open = not isinstance(end, int | float)
    begin_s = (_ns(begin) - zero) / 1e9
    return Interval(
        lane=_text(row[spec.lane]),
        by=_text(row.get(spec.by)),
        label=", ".join(f"{column} {_text(row[column])}" for column in spec.label if column in row),
        shade=next((each for each in spec.shades if _fits(each, row)), OTHER) if spec.shades else None,
        begin_s=begin_s,
        end_s=max(begin_s, (max(end_ns, _ns(begin)) if is_open else _ns(end)) / 1e9 - zero / 1e9),
        open=is_open,
    )


def _conflicts(intervals: Sequence[Interval]) -> Iterable[Conflict]:
    """Overlaps of different owners, or of different grants of one owner, within a lane ordered by beginning."""
    holding: list[Interval] = []
    for each in intervals:
        holding = [other for other in holding if other.end_s > each.begin_s]
        for other in holding:
            if (other.by, other.label) != (each.by, each.label):
                yield Conflict(each.lane, other, each, each.begin_s, min(each.end_s, other.end_s))
        holding.append(each)


def _chosen(by_lane: Mapping[str, Sequence[Interval]], marked: set[str], torn: set[str], faults: Sequence[Band]) -> list[str]:
    def rank(lane: str) -> tuple[bool, bool, bool, float, str]:
        found = by_lane[lane]
        length = max(each.end_s for each in found) - found[0].begin_s
        return lane not in marked, lane not in torn, not any(_meets(each, faults) for each in found), -length, lane

    chosen = sorted(by_lane, key=rank)[:MOST_LANES]
    return sorted(chosen, key=lambda lane: (lane not in marked, by_lane[lane][0].begin_s, lane))


def _kept(intervals: list[Interval], conflicts: Iterable[Conflict], faults: Sequence[Band]) -> list[Interval]:
    if len(intervals) <= MOST_INTERVALS:
        return intervals
    hurt = {id(each) for conflict in conflicts for each in (conflict.first, conflict.second)}
    ranked = sorted(intervals, key=lambda each: (id(each) not in hurt, not _meets(each, faults), each.begin_s - each.end_s))
    kept = {id(each) for each in ranked[:MOST_INTERVALS]}
    return [each for each in intervals if id(each) in kept]


def _named_by(by_lane: Iterable[str], history: History, verdict: RunVerdict) -> set[str]:
    """The lanes that one of the first violations is about: its sentence, its facts or its operations name them."""
    violations = [violation for each in verdict.verdicts for violation in each.evidence[:MOST_NAMED]]
    if not violations:
        return set()
    shown = {number for violation in violations for number in violation.operations}
    words = {word for violation in violations for word in _words(violation)}
    for operation in history.operations:
        if operation.id in shown:
            words |= {*_strings(operation.input), *_strings(operation.output)}
    return {lane for lane in by_lane if lane in words}


def _words(violation: Violation) -> set[str]:
    return {*(word.strip("\"'`.,:;()") for word in violation.what.split()), *_strings(violation.facts)}


def _strings(value: object) -> Iterable[str]:
    """Every text in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _strings(each)
    elif isinstance(value, Sequence):
        for each in value:
            yield from _strings(each)


def _meets(interval: Interval, faults: Iterable[Band]) -> bool:
    return any(interval.begin_s <= band.end_s and interval.end_s >= band.begin_s for band in faults)


def _fits(shade: Shade, row: Row) -> bool:
    return all(_text(row.get(column)) == value for column, value in shade.when.items())


def _ns(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _text(value: object) -> str:
    return "" if value is None else str(value)
