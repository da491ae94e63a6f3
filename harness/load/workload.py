"""The workload of a load run: tells Locust's processes what was prepared, follows them, and records what they measured."""

import asyncio
import math
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from pydantic import JsonValue

from harness.experiment import Context, Drive, Subject
from harness.history import CLIENTS_LATE
from harness.load.arrivals import Arrivals
from harness.load.events import GENERATOR, LATENCIES, MOST_LATE, ON_TIME, PROGRESS
from harness.load.generator import Generator, GeneratorError
from harness.load.histograms import merged, percentiles
from harness.load.told import VARIABLE, Ended, Progress, Told, write

S = TypeVar("S", bound=Subject)
S_contra = TypeVar("S_contra", contravariant=True)

OF_ONE_PROCESS = 500
"""Users that one process of Locust can play without being late, as measured on this shop."""


class World(Protocol[S_contra]):
    """Makes what the users need, before the measured time."""

    async def __call__(self, subject: S_contra, context: Context, users: int) -> Mapping[str, JsonValue]:
        """What is told to Locust's processes: `host`, an URL, `customers`, a row for each of the `users`, and more."""


@dataclass(frozen=True, kw_only=True)
class Loading(Generic[S]):
    """See LoadProfile. `processes` play the users; None: as many as they need and there are processors."""

    world: World[S]
    locustfile: Path
    user: str
    users: int
    seconds: float
    arrivals: Arrivals | None
    warm_up_s: float
    late_s: float
    processes: int | None = None

    async def prepare(self, subject: S, context: Context) -> Drive:
        """See Workload: the world is made, and what is told to Locust is complete."""
        processes = self.processes or max(1, min(math.ceil(self.users / OF_ONE_PROCESS), os.cpu_count() or 1))
        # Locust hands users to its processes in turn: none gets more than this, rounded up.
        world = await self.world(subject, context, math.ceil(self.users / processes) * processes)
        told = Told(
            folder=context.folder.resolve(),
            seed=context.seed.value,
            seconds=self.seconds,
            processes=processes,
            arrivals=self.arrivals,
            warm_up_s=self.warm_up_s,
            late_s=self.late_s,
            world=world,
        )
        context.note(f"{self._words()}, played by {processes} {'process' if processes == 1 else 'processes'} of Locust")
        return lambda: self._drive(told, context)

    def _words(self) -> str:
        if self.arrivals is None:
            return f"{self.users} users for {self.seconds:g} s"
        until = f" growing to {self.arrivals.until_per_second:g}" if self.arrivals.until_per_second else ""
        return f"{self.arrivals.per_second:g}{until} {self.arrivals.spacing} arrivals a second for {self.seconds:g} s"

    async def _drive(self, told: Told, context: Context) -> None:
        ended: list[Ended] = []

        def hear(said: Progress | Ended) -> None:
            if isinstance(said, Ended):
                ended.append(said)
                return
            detail = {name: value for name, value in asdict(said).items() if name != "type"}
            context.recorder.event(PROGRESS, "", detail)
            context.note(
                f"{said.users:5} users {said.requests:7} requests {said.per_second:7.1f}/s"
                f"  p95 {said.p95_ms:6.0f} ms  {said.failures} failed"
            )

        with tempfile.TemporaryDirectory(prefix="gauntlet-load-") as scratch:
            write(told, file := Path(scratch) / "told.json")
            users = self.users if self.arrivals is None else told.processes
            generator = Generator(
                locustfile=self.locustfile,
                user=self.user,
                users=users,
                seconds=self.seconds,
                host=str(told.world["host"]),
                processes=told.processes,
                environment={VARIABLE: str(file)},
                logs=context.folder / "logs",
                bound_s=self.seconds + 60.0,
            )
            await generator.run(hear)
        await asyncio.to_thread(self._record, ended, told, context)

    def _record(self, ended: list[Ended], told: Told, context: Context) -> None:
        """Record what the processes measured. Raises GeneratorError when one did not tell, or nobody came."""
        Generator.require(ended, told.processes)
        for each in ended:
            detail: dict[str, Any] = {key: value for key, value in asdict(each).items() if key not in ("type", "latencies")}
            context.recorder.event(GENERATOR, each.process, detail)
        histograms = merged(each.latencies for each in ended)
        for operation, histogram in sorted(histograms.items()):
            context.recorder.event(LATENCIES, operation, percentiles(histogram))
        visits, late = sum(each.visits for each in ended), sum(each.late for each in ended)
        if not visits:
            raise GeneratorError("no user of Locust did anything; see logs/load-*.log")
        said = f"{late} of {visits} visits began late"
        if late <= MOST_LATE * visits:
            context.recorder.event(ON_TIME, "", {"visits": visits, "late": late})
        else:
            said += f": more than {MOST_LATE:.0%}, so this is a measure of the generator"
            context.recorder.event(CLIENTS_LATE, "", {"what": said})
        context.note(said)
