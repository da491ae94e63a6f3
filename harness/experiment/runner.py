"""Runs an experiment: start → assumptions → steady state → prepare → workload with faults → heal → recovery → settle →
observe → judge.

After any failure faults are healed, the system is stopped, and what was recorded is judged and reported. Only an
unsteady system, or a workload that could not be prepared, ends the run early.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeVar

from harness.experiment.client_lag import lag_recorded
from harness.experiment.context import Choices, Context
from harness.experiment.experiment import Experiment
from harness.experiment.fault_schedule import FaultSchedule
from harness.experiment.judging import JudgedRun, judge_folder
from harness.experiment.plan import Plan, plan_of
from harness.experiment.probing import Recovery
from harness.experiment.protocols import Drive, Subject
from harness.experiment.replaying import replay_command
from harness.experiment.run_folder import RunFolder, RunRecord
from harness.experiment.settling import never, settle
from harness.experiment.stages import Stages
from harness.experiment.triggers import RunProgress
from harness.experiment.usage import metered
from harness.history import CorruptHistoryError, Record, Recorder, Writer
from harness.seed import Seed
from harness.verdict import Guarantee, Outcome, RunVerdict

S = TypeVar("S", bound=Subject)

CHOICES = Choices()
"""The defaults."""

FAILED_WITHIN_S = 10.0
"""How long a guarantee may take to say whether it is violated already."""

Conclude = Callable[[JudgedRun], None]


async def run(
    experiment: Experiment[S],
    seed: Seed,
    folder: RunFolder,
    guarantees: Mapping[str, Guarantee],
    *,
    conclude: Conclude,
    listener: Callable[[Record], None] = lambda _record: None,
    note: Callable[[str], None] = lambda _text: None,
    choices: Choices = CHOICES,
    plan: Plan | None = None,
    catches: tuple[str, ...] = (),
) -> RunVerdict:
    """Run an experiment and judge it. `conclude` writes the report, also when the run was interrupted.

    `listener` gets every record, `note` progress as text.
    `plan` is used instead of the one that the experiment has with this seed; `catches` are the known bugs that the experiment
    was seen to catch, for the report. Raises only CancelledError and OSError.
    """
    planned = _planned(experiment, seed, choices, plan)
    folder.save_record(replace(_facts(experiment, seed, choices, planned), catches=catches))
    folder.save_plan(planned.plan)
    try:
        with Writer(folder.history) as writer:
            recorder = Recorder(writer)
            progress = RunProgress()
            recorder.listen(progress.update)
            recorder.listen(listener)
            context = Context(seed, recorder, progress, folder.path, note, choices)
            planned = replace(planned, failed=lambda: asyncio.to_thread(_failed, folder, guarantees, writer))
            await _story(experiment, context, folder, planned)
    finally:
        judged = judge_folder(folder, guarantees, experiment.bounds.judge_s)
        conclude(judged)
    return judged.verdict


async def _story(experiment: Experiment[S], context: Context, folder: RunFolder, planned: "_Planned") -> None:
    stages = Stages(context.recorder, folder.logs)
    bounds = experiment.bounds
    leaving = AsyncExitStack()
    started: list[S] = []

    async def start() -> None:
        subject = await leaving.enter_async_context(experiment.system.started(context))
        leaving.callback(lambda: folder.save_logs(subject.logs()))
        folder.save_system(await subject.facts(), subject.presentation())
        started.append(subject)

    try:
        if await stages.attempt("start", start, bounds.start_s):
            async with lag_recorded(context.recorder), AsyncExitStack() as watching:
                await _experience(experiment, started[0], context, stages, watching, planned)
    finally:
        await stages.attempt("stop", leaving.aclose, bounds.stop_s)


async def _experience(
    experiment: Experiment[S],
    subject: S,
    context: Context,
    stages: Stages,
    watching: AsyncExitStack,
    planned: "_Planned",
) -> None:
    bounds = experiment.bounds
    drives: list[Drive] = []
    schedule = FaultSchedule(planned.plan, subject, context)
    recovery = Recovery(schedule.healed, context.recorder, bounds.probe_s)

    async def assume() -> None:
        if planned.obstacle is not None:
            raise planned.obstacle
        await schedule.assume()

    async def prepare() -> None:
        drives.append(await experiment.workload.prepare(subject, context))
        await recovery.prepare(planned.plan, subject, context, watching)
        await watching.enter_async_context(subject.watching(context))

    async def drive() -> None:
        async with context.abort.bounding(), metered(subject, context.recorder):
            await schedule.during(drives[0]())

    async def observe() -> None:
        await watching.aclose()
        for name, rows in await subject.observe():
            context.recorder.observe(name, rows, at_rest=at_rest)

    for stage, work, bound_s in (
        ("assumptions", assume, bounds.steady_s),
        ("steady state", lambda: subject.steady(context), bounds.steady_s),
        ("prepare", prepare, bounds.prepare_s),
    ):
        if not await stages.attempt(stage, work, bound_s):
            return
    async with recovery:
        try:
            await stages.attempt("workload", drive, bounds.workload_s)
        finally:
            await stages.attempt("heal", lambda: schedule.heal(bounds.heal_s), bounds.heal_s + 5.0)
        await recovery.conclude(stages)

    async def rest() -> None:
        await settle(subject, bounds, context.note, planned.failed)

    at_rest = await stages.attempt("settle", rest, bounds.settle_s + 5.0)
    await stages.attempt("observe", observe, bounds.observe_s)


@dataclass(frozen=True)
class _Planned:
    """The plan of a run, or the error that prevented it; `failed` names a guarantee that is violated already, or is ""."""

    plan: Plan
    obstacle: Exception | None = None
    failed: Callable[[], Awaitable[str]] = never


def _failed(folder: RunFolder, guarantees: Mapping[str, Guarantee], writer: Writer) -> str:
    """The first guarantee that what is recorded so far violates; "" when none is known to be, or it cannot be judged yet."""
    writer.flush()
    try:
        verdicts = judge_folder(folder, guarantees, FAILED_WITHIN_S).verdict.verdicts
    except (CorruptHistoryError, ValueError, OSError):
        return ""
    return next((each.guarantee for each in verdicts if each.outcome is Outcome.FAIL), "")


def _planned(experiment: Experiment[S], seed: Seed, choices: Choices, given: Plan | None) -> _Planned:
    if given is not None:
        return _Planned(given)
    try:
        return _Planned(plan_of(experiment, seed, experiment.system.inventory(choices)))
    except Exception as error:  # noqa: BLE001 - the same error is likely at the start, where it is recorded as a stage's failure
        return _Planned(Plan(), error)


def _facts(experiment: Experiment[S], seed: Seed, choices: Choices, planned: _Planned) -> RunRecord:
    declared = experiment.faults if planned.obstacle is not None else planned.plan.faults
    return RunRecord(
        experiment=experiment.name,
        about=experiment.about,
        seed=seed.value,
        started_at=datetime.now(UTC),
        replay=replay_command(experiment.name, seed, choices, experiment.command),
        guarantees=experiment.guarantees,
        minimums=experiment.minimums,
        sightings=experiment.sightings,
        levels=experiment.levels,
        ceilings=experiment.ceilings,
        exercised=experiment.exercised,
        faults=tuple(each.name for each in declared),
        choices=choices,
        clock_ns=time.time_ns() - time.monotonic_ns(),
    )
