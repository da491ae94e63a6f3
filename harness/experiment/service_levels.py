"""Service levels: what customers must have been given, in numbers; a run that gave them less FAILs.

A Minimum says when a run proves nothing; a service level says when the system did not do its work.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from harness.history import History, Operation
from harness.verdict import Outcome, Verdict, Violation

NAME = "customers_are_served"
PROMISE = "Customers are given what the experiment promises them, in numbers."
SERVER_ERROR = 500
PERCENTILE = 0.99


@dataclass(frozen=True, kw_only=True)
class ServiceLevel:
    """Of the operations of a name: at least `succeeded` do, at most the share `unserved` does not get a definite answer.

    Not served is a 5xx or no answer. `p99_s` is the longest that the 99th percentile of those answered may take, in seconds.
    """

    operation: str
    succeeded: int = 0
    unserved: float = 1.0
    p99_s: float | None = None


def verdict(levels: Iterable[ServiceLevel], history: History) -> Verdict:
    """The verdict on all levels; UNKNOWN when the workload did not end."""
    if not any(record.stage == "workload" and record.state == "end" for record in history.stages):
        why = "the workload did not end"
        return Verdict(guarantee=NAME, outcome=Outcome.UNKNOWN, promise=PROMISE, why=why)
    broken: list[Violation] = []
    counts: dict[str, int] = {}
    for level in levels:
        ended = [each for each in history.named(level.operation) if each.completed_ns is not None]
        counts[f"{level.operation} ended"] = len(ended)
        broken += _broken(level, ended)
    outcome = Outcome.FAIL if broken else Outcome.PASS
    counts = {"judged": sum(counts.values()), **counts}
    return Verdict(guarantee=NAME, outcome=outcome, promise=PROMISE, evidence=tuple(broken), counts=counts)


def _broken(level: ServiceLevel, ended: Sequence[Operation]) -> Iterable[Violation]:
    succeeded = sum(each.ok for each in ended)
    if succeeded < level.succeeded:
        yield Violation(what=f"{succeeded} {level.operation} succeeded; at least {level.succeeded} are promised")
    unserved = [each for each in ended if each.status is None or each.status >= SERVER_ERROR]
    if len(unserved) > level.unserved * len(ended):
        yield Violation(
            what=f"{len(unserved)} of {len(ended)} {level.operation} were not served; at most {level.unserved:.0%} may not be",
            operations=tuple(each.id for each in unserved[:20]),
        )
    latencies = sorted(each.latency_s or 0.0 for each in ended if each.status is not None)
    if level.p99_s is not None and latencies:
        p99_s = latencies[math.ceil(PERCENTILE * len(latencies)) - 1]
        if p99_s > level.p99_s:
            yield Violation(what=f"the 99th percentile of {level.operation} is {p99_s:.2f} s; {level.p99_s:g} s are promised")
