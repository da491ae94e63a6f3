"""What one process of Locust has of a run: its part of the history, its customers, its clock, and what it has measured.

A Locust file calls `attach()` once. Started by hand, without GAUNTLET_LOAD, nothing is recorded, and users make their own way.
The process says on standard output how far it is and, at its end, what it measured (harness.load.told).
"""

import os
import resource
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed
from typing import Any

import gevent
from hdrh.histogram import HdrHistogram
from locust import events, runners
from locust.env import Environment
from locust.runners import LocalRunner, MasterRunner, WorkerRunner
from pydantic import JsonValue

from harness.history import CLIENT_STALLED, Recorder
from harness.history.parts import part
from harness.history.writer import INVOKES
from harness.load import histograms
from harness.load.told import VARIABLE, Ended, Progress, Told, line, read
from harness.seed import Seed

TELL_S = 1.0
TICK_S = 0.05
NOTED_S = 0.1
"""As harness.experiment.client_lag has it."""


@dataclass
class LoadProcess:
    """`told` is None when Locust was started by hand. `recorder` exists while the test runs and something is recorded."""

    told: Told | None
    recorder: Recorder | None = None
    number: int = 0
    visits: int = 0
    late: int = 0
    longest_late_s: float = 0.0
    begun_s: float = 0.0
    latencies: dict[str, HdrHistogram] = field(default_factory=dict)
    _customers: Iterator[Mapping[str, JsonValue]] = field(default_factory=lambda: iter(()))
    _leaving: ExitStack = field(default_factory=ExitStack)

    @property
    def world(self) -> Mapping[str, JsonValue]:
        """What was prepared for the users; nothing when started by hand."""
        return self.told.world if self.told else {}

    def stream(self, *name: str | int) -> Random:
        """A random stream of the run; of a fresh seed when started by hand."""
        return (Seed(self.told.seed) if self.told else Seed.fresh()).stream("load", *name)

    def customer(self) -> Mapping[str, JsonValue] | None:
        """The next customer of this process; None when there is none (left)."""
        return next(self._customers, None)

    def begins_visit(self, due_s: float) -> None:
        """A visit that was due at this moment of the monotonic clock begins now."""
        late_s = time.monotonic() - due_s
        self.visits += 1
        self.late += self.told is not None and late_s > self.told.late_s
        self.longest_late_s = max(self.longest_late_s, late_s)

    def answered(self, operation: str, due_s: float) -> None:
        """An operation that was due at this moment of the monotonic clock is answered now."""
        now = time.monotonic()
        if self.told is None or now - self.begun_s < self.told.warm_up_s:
            return
        histogram = self.latencies.get(operation)
        if histogram is None:
            histogram = self.latencies[operation] = histograms.empty()
        histogram.record_value(min(max(1, int((now - due_s) * 1e6)), histograms.LONGEST_US))

    def begins(self, number: int) -> None:
        """The test begins in this process, the `number`-th (from 0)."""
        self.number, self.begun_s = number, time.monotonic()
        if self.told is None or self.recorder is not None:
            return
        self.recorder = self._leaving.enter_context(part(self.told.folder, INVOKES))
        customers = self.told.world.get("customers")
        rows = customers if isinstance(customers, list) else []
        self._customers = iter([row for row in rows if isinstance(row, dict)][number :: self.told.processes])
        gevent.spawn(self._watch_lag)

    def ends(self) -> Ended:
        """The test is over: closes the part of the history. What was measured."""
        self._leaving.close()
        return Ended(
            process=f"load-{self.number + 1}",
            visits=self.visits,
            late=self.late,
            longest_late_s=round(self.longest_late_s, 3),
            cpu_s=round(time.process_time(), 3),
            resident_bytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            latencies={name: histograms.encoded(each) for name, each in self.latencies.items()},
        )

    def _watch_lag(self) -> None:
        """Record when this process did not do what was due, as judges of latencies take it off."""
        while self.recorder is not None:
            due_s = time.monotonic() + TICK_S
            gevent.sleep(TICK_S)
            if (late_s := time.monotonic() - due_s) >= NOTED_S:
                self.recorder.event(CLIENT_STALLED, f"load-{self.number + 1}", {"seconds": round(late_s, 3)})


def attach() -> LoadProcess:
    """What this process has of the run. Raises OSError when GAUNTLET_LOAD names no file."""
    path = os.environ.get(VARIABLE)
    process = LoadProcess(read(Path(path)) if path else None)

    def begun(environment: Environment, **_: Any) -> None:
        runner = environment.runner
        if process.told and isinstance(runner, LocalRunner | MasterRunner):
            gevent.spawn(_tell, environment)
        if not isinstance(runner, MasterRunner):
            process.begins(runner.worker_index if isinstance(runner, WorkerRunner) else 0)

    def quitting(environment: Environment, **_: Any) -> None:
        if process.told and not isinstance(environment.runner, MasterRunner):
            _say(line(process.ends()))

    runners.WORKER_REPORT_INTERVAL = TELL_S  # else the coordinator hears of the requests every 3 s
    events.test_start.add_listener(begun)
    events.quitting.add_listener(quitting)
    return process


def _tell(environment: Environment) -> None:
    """Say once a second how far it is."""
    while True:
        gevent.sleep(TELL_S)
        total, runner = environment.stats.total, environment.runner
        said = Progress(
            users=runner.user_count if runner else 0,
            requests=total.num_requests,
            failures=total.num_failures,
            per_second=round(total.current_rps, 1),
            p95_ms=float(total.get_current_response_time_percentile(0.95) or 0.0),
        )
        _say(line(said))


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
