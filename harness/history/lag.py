"""How late the clients' own process was. An answer that has come is not read while the event loop of its client is late.

So what a client measured of the system is a sure measure only less that time. A stall is recorded as an event by whoever runs
the clients (harness.experiment.client_lag); runs of before have none, and their clients count as never late.
"""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

from harness.history.history import History, Operation

CLIENT_STALLED = "client_stalled"
"""The event: for `seconds` until its time the clients' event loop did not do what was due."""

CLIENTS_LATE = "clients_late"
"""The event: clients did so little of what was due in time that what they were given says nothing of the system."""


@dataclass(frozen=True, slots=True)
class Lag:
    """Seconds for which the clients were late within a time: altogether, and the longest at once."""

    total_s: float = 0.0
    longest_s: float = 0.0


class ClientLag:
    """The stalls of a run's clients. Build it once: it is asked for each operation."""

    def __init__(self, stalls: Iterable[tuple[int, int]] = ()) -> None:
        """`stalls` are begins and ends (ns), in any order; those that overlap count once."""
        self._begins: list[int] = []
        self._ends: list[int] = []
        for begin_ns, end_ns in sorted(stalls):
            if self._ends and begin_ns <= self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], end_ns)
            else:
                self._begins.append(begin_ns)
                self._ends.append(end_ns)
        lengths = (end - begin for begin, end in zip(self._begins, self._ends, strict=True))
        self._before = [0, *accumulate(lengths)]

    @classmethod
    def of(cls, history: History) -> "ClientLag":
        """The stalls that are on record."""
        return cls(
            (event.time_ns - round(float(str(event.detail["seconds"])) * 1e9), event.time_ns)
            for event in history.events
            if event.event == CLIENT_STALLED
        )

    def within(self, begin_ns: int, end_ns: int) -> Lag:
        """How late the clients were between two times."""
        first, last = bisect_left(self._ends, begin_ns + 1), bisect_left(self._begins, end_ns)
        if first >= last:
            return Lag()
        early = max(0, begin_ns - self._begins[first])
        late = max(0, self._ends[last - 1] - end_ns)
        total = self._before[last] - self._before[first] - early - late
        longest = max(
            min(end, end_ns) - max(begin, begin_ns)
            for begin, end in zip(self._begins[first:last], self._ends[first:last], strict=True)
        )
        return Lag(total / 1e9, longest / 1e9)

    def during(self, operation: Operation) -> Lag:
        """How late the clients were while an operation was under way; no lag for one that never ended."""
        return Lag() if operation.completed_ns is None else self.within(operation.invoked_ns, operation.completed_ns)


ON_TIME = ClientLag()
"""Clients that were never late."""
