"""Service levels: what customers must have been given, in numbers; a run that gave them less FAILs.

A Minimum says when a run proves nothing; a service level says when the system did not do its work. Latencies are judged less
the time for which the clients were late themselves; where that was long, a latency that is too high is UNKNOWN.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from harness.checkers import LAG_BOUND_S
from harness.history import CLIENTS_LATE, PROBE, ClientLag, History, Operation
from harness.verdict import Outcome, Verdict, Violation

NAME = "customers_are_served"
PROMISE = "Customers are given what the experiment promises them, in numbers."
SERVER_ERROR = 500
PERCENTILE = 0.99


@dataclass(frozen=True, kw_only=True)
class ServiceLevel:
    """Of the operations of a name: at least `succeeded` do, at most the share `unserved` does not get a definite answer.

    Not served is a 5xx or no answer. `p99_s` is the longest that the 99th percentile of those answered may take, in seconds.
    `per_second` is how many have to succeed in a second from the first to the last that is invoked.
    """

    operation: str
    succeeded: int = 0
    per_second: float = 0.0
    unserved: float = 1.0
    p99_s: float | None = None


@dataclass(frozen=True, kw_only=True)
class Ceiling:
    """The most that a count of a guarantee's verdict may be: for what only that guarantee knows how to measure."""

    guarantee: str
    counted: str
    at_most: int


def verdict(
    levels: Iterable[ServiceLevel], history: History, ceilings: Iterable[Ceiling] = (), others: Iterable[Verdict] = ()
) -> Verdict:
    """The verdict on all levels, and on ceilings of the `others`' counts.

    UNKNOWN when the workload did not end, VACUOUS when clients did not come in time.
    """
    times = {record.state: record.time_ns for record in history.stages if record.stage == "workload"}
    if "end" not in times:
        why = "the workload did not end"
        return Verdict(guarantee=NAME, outcome=Outcome.UNKNOWN, promise=PROMISE, why=why)
    if late := next((event for event in history.events if event.event == CLIENTS_LATE), None):
        return Verdict(guarantee=NAME, outcome=Outcome.VACUOUS, promise=PROMISE, why=str(late.detail["what"]))
    lag = ClientLag.of(history)
    broken: list[Violation] = []
    slow: list[Violation] = []
    counts: dict[str, int] = {}
    for level in levels:
        ended = [each for each in history.named(level.operation) if each.completed_ns is not None and each.process != PROBE]
        counts[f"{level.operation} ended"] = len(ended)
        broken += _broken(level, ended)
        slow += _slow(level, ended, lag)
    counts = {"judged": sum(counts.values()), **counts}
    broken += _exceeded(ceilings, {each.guarantee: each.counts for each in others})
    if slow and (longest_s := lag.within(times["begin"], times["end"]).longest_s) > LAG_BOUND_S and not broken:
        why = f"the clients were up to {longest_s:.1f} s late themselves: {'; '.join(each.what for each in slow)}"
        return Verdict(guarantee=NAME, outcome=Outcome.UNKNOWN, promise=PROMISE, counts=counts, why=why)
    evidence = (*broken, *slow)
    outcome = Outcome.FAIL if evidence else Outcome.PASS
    return Verdict(guarantee=NAME, outcome=outcome, promise=PROMISE, evidence=evidence, counts=counts)


def _broken(level: ServiceLevel, ended: Sequence[Operation]) -> Iterable[Violation]:
    succeeded = sum(each.ok for each in ended)
    if succeeded < level.succeeded:
        yield Violation(what=f"{succeeded} {level.operation} succeeded; at least {level.succeeded} are promised")
    span_s = (ended[-1].invoked_ns - ended[0].invoked_ns) / 1e9 if ended else 0.0
    if succeeded < level.per_second * span_s:
        yield Violation(
            what=f"{succeeded / span_s:.2f} {level.operation} a second succeeded; at least {level.per_second:g} are promised"
        )
    unserved = [each for each in ended if each.status is None or each.status >= SERVER_ERROR]
    if len(unserved) > level.unserved * len(ended):
        yield Violation(
            what=f"{len(unserved)} of {len(ended)} {level.operation} were not served; at most {level.unserved:.0%} may not be",
            operations=tuple(each.id for each in unserved[:20]),
        )


def _exceeded(ceilings: Iterable[Ceiling], counts: Mapping[str, Mapping[str, int]]) -> Iterable[Violation]:
    """What a guarantee that could not be judged did not count is its own failure."""
    for each in ceilings:
        if (counted := counts.get(each.guarantee, {}).get(each.counted, 0)) > each.at_most:
            yield Violation(what=f"{each.counted} ({each.guarantee}): {counted}; at most {each.at_most} is promised")


def _slow(level: ServiceLevel, ended: Sequence[Operation], lag: ClientLag) -> Iterable[Violation]:
    if level.p99_s is None:
        return
    if latencies := sorted((each.latency_s or 0.0) - lag.during(each).total_s for each in ended if each.status is not None):
        p99_s = latencies[math.ceil(PERCENTILE * len(latencies)) - 1]
        if p99_s > level.p99_s:
            yield Violation(what=f"the 99th percentile of {level.operation} is {p99_s:.2f} s; {level.p99_s:g} s are promised")
