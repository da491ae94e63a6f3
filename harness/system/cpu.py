"""CPU time of the members of a stack that are processes of this machine, over restarts; those in containers are left out."""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import psutil

from harness.stack.manifest import MemberRecord


class Seen(NamedTuple):
    """A process at one moment. `key` (pid, start time) is unique over pid reuse."""

    key: tuple[int, float]
    parent: int
    cpu_s: float


@dataclass
class CpuMeter:
    """Sums the members' CPU time since the first sample; later processes count from their start."""

    _first: dict[tuple[int, float], float] = field(default_factory=dict)
    _last: dict[tuple[int, float], float] = field(default_factory=dict)
    _whose: dict[tuple[int, float], str] = field(default_factory=dict)
    _begun: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def sample(self, members: Iterable[MemberRecord]) -> Mapping[str, float]:
        """Sample all processes; returns CPU-seconds (user and system) by member."""
        roots = {each.process.pid: each.name for each in members if each.container is None and each.process is not None}
        return self.take(roots, processes())

    def take(self, roots: Mapping[int, str], seen: Mapping[int, Seen]) -> Mapping[str, float]:
        """The same, given the members by their first pid, and all processes by theirs."""
        with self._lock:
            for pid, process in seen.items():
                if (member := _member_of(pid, roots, seen)) is not None:
                    self._first.setdefault(process.key, 0.0 if self._begun else process.cpu_s)
                    self._last[process.key] = max(process.cpu_s, self._last.get(process.key, 0.0))
                    self._whose[process.key] = member
            self._begun = True
            totals: dict[str, float] = {}
            for key, member in self._whose.items():
                totals[member] = totals.get(member, 0.0) + self._last[key] - self._first[key]
            return totals


def processes() -> dict[int, Seen]:
    """Every readable process of this machine, by pid."""
    found = {}
    for process in psutil.process_iter(("pid", "ppid", "create_time", "cpu_times")):
        told = process.info
        if told["cpu_times"] is not None:
            used_s = told["cpu_times"].user + told["cpu_times"].system
            found[told["pid"]] = Seen((told["pid"], told["create_time"]), told["ppid"], used_s)
    return found


def _member_of(pid: int, roots: Mapping[int, str], seen: Mapping[int, Seen]) -> str | None:
    """The member whose first process is this one or one of its ancestors."""
    at = pid
    for _ in range(len(seen)):
        if at in roots:
            return roots[at]
        if at not in seen or at == seen[at].parent:
            return None
        at = seen[at].parent
    return None
