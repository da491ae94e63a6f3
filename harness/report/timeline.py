"""A run over time, in numbers that can be drawn: operations per interval, latencies, and when faults were in force.

Time zero is the beginning of the workload; times are in seconds. Sizes are bounded however long the run was.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from harness.history import Ending, Fault, FaultPhase, History, Operation

STEPS_S = (0.05, 0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0)
MOST_BINS = 80
MOST_LATENCY_BINS = 30
QUANTILES = (("p50", 0.5), ("p95", 0.95), ("slowest", 1.0))


@dataclass(frozen=True)
class Band:
    """A fault in force. `end_s` is the end of the timeline when it never healed.

    `number` is what stands for the fault wherever there is no room for its name, by the time of its first injection.
    """

    number: int
    fault: str
    target: str
    begin_s: float
    end_s: float
    healed: bool


@dataclass(frozen=True)
class Timeline:
    """What is drawn. `throughput` has operations per second by ending, `latency` milliseconds by quantile."""

    seconds: float
    step_s: float
    bands: tuple[Band, ...]
    throughput: tuple[tuple[float, Ending, float], ...]
    latency: tuple[tuple[float, str, float], ...]


def zero_ns(history: History) -> int:
    """When the workload began; the beginning of the history when it never did."""
    begun = (record.time_ns for record in history.stages if record.stage == "workload")
    return next(begun, history.span_ns[0])


def timeline(history: History) -> Timeline | None:
    """The workload over time; None when not one operation ended in it."""
    zero = zero_ns(history)
    done = [each for each in history.operations if each.completed_ns is not None and each.invoked_ns >= zero]
    if not done:
        return None
    seconds = max(((each.completed_ns or 0) - zero) / 1e9 for each in done)
    seconds = max(seconds, *(band.begin_s for band in bands(history)), 0.001)
    step, wide = _step(seconds, MOST_BINS), _step(seconds, MOST_LATENCY_BINS)
    return Timeline(
        seconds=seconds,
        step_s=step,
        bands=bands(history, seconds),
        throughput=_throughput(_bins(done, zero, step), step),
        latency=_latency(_bins(done, zero, wide), wide),
    )


def bands(history: History, end_s: float | None = None) -> tuple[Band, ...]:
    """When each fault was in force, by the time of injection."""
    zero = zero_ns(history)
    end = (history.span_ns[1] - zero) / 1e9 if end_s is None else end_s
    injected: dict[str, Fault] = {}
    numbers: dict[str, int] = {}
    found: list[Band] = []

    def add(begun: Fault, end_s: float, *, healed: bool) -> None:
        found.append(Band(numbers[begun.fault], begun.fault, begun.target, (begun.time_ns - zero) / 1e9, end_s, healed))

    for record in history.faults:
        if record.phase is FaultPhase.INJECT:
            numbers.setdefault(record.fault, len(numbers) + 1)
            injected[record.fault] = record
        elif record.phase is FaultPhase.HEAL and (begun := injected.pop(record.fault, None)):
            add(begun, (record.time_ns - zero) / 1e9, healed=True)
    for begun in injected.values():
        add(begun, end, healed=False)
    return tuple(sorted(found, key=lambda band: band.begin_s))


def quantile(ordered: Sequence[float], fraction: float) -> float:
    """The smallest value that at least this fraction of an ordered, non-empty sequence does not exceed."""
    return ordered[max(0, math.ceil(fraction * len(ordered)) - 1)]


def _step(seconds: float, most: int) -> float:
    return next((step for step in STEPS_S if seconds / step <= most), seconds / most)


def _bins(done: Sequence[Operation], zero: int, step: float) -> dict[int, list[Operation]]:
    """Operations by the interval in which they ended."""
    bins: dict[int, list[Operation]] = defaultdict(list)
    for each in done:
        bins[int(((each.completed_ns or 0) - zero) / 1e9 / step)].append(each)
    return bins


def _throughput(bins: dict[int, list[Operation]], step: float) -> tuple[tuple[float, Ending, float], ...]:
    points = []
    for number in range(max(bins) + 1):
        counts = Counter(each.ending for each in bins.get(number, ()))
        points += [(number * step, ending, counts[ending] / step) for ending in Ending]
    return tuple(points)


def _latency(bins: dict[int, list[Operation]], step: float) -> tuple[tuple[float, str, float], ...]:
    points = []
    for number, operations in sorted(bins.items()):
        ordered = sorted(max((each.latency_s or 0.0) * 1000, 0.1) for each in operations)
        points += [((number + 0.5) * step, name, quantile(ordered, fraction)) for name, fraction in QUANTILES]
    return tuple(points)
