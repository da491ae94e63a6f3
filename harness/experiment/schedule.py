"""Injects faults while a workload runs, on their triggers, and heals every one of them in the end.

A fault that could not be injected or proved is on record as an error, never passed over: the run is VACUOUS by it.
"""

import asyncio
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from harness.experiment.context import Context
from harness.experiment.experiment import Experiment, FaultPlan
from harness.experiment.protocols import Fault, Subject
from harness.experiment.run_folder import PlannedFault
from harness.history import FaultPhase
from harness.seed import Seed

S = TypeVar("S", bound=Subject)


class HealError(Exception):
    """Faults that are still in force although everything was done to undo them."""


@dataclass(eq=False)
class _Armed(Generic[S]):
    plan: FaultPlan[S]
    fault: Fault[S]
    injected: bool = False
    proven: bool = False


def made(plan: FaultPlan[S], seed: Seed) -> Fault[S]:
    """The fault of a plan, as this seed has it."""
    return plan.fault(seed.stream("fault", plan.name))


def plan_of(experiment: Experiment[S], seed: Seed) -> tuple[PlannedFault, ...]:
    """What this seed has an experiment do to whom and when, in words."""
    return tuple(
        PlannedFault(name=each.name, target=made(each, seed).target, inject=str(each.inject), heal=str(each.heal))
        for each in experiment.faults
    )


class FaultSchedule(Generic[S]):
    """The faults of one run. Use `during` once, then `heal`."""

    def __init__(self, plans: Iterable[FaultPlan[S]], subject: S, context: Context) -> None:
        self._subject = subject
        self._context = context
        self._armed = [_Armed(plan, made(plan, context.seed)) for plan in plans]
        self._broken: list[_Armed[S]] = []
        self._lives: list[asyncio.Task[None]] = []

    async def assume(self) -> None:
        """Look whether every fault can be injected. Raises AssumptionError."""
        for armed in self._armed:
            await armed.fault.assume(self._subject)

    async def during(self, work: Coroutine[Any, Any, None]) -> None:
        """Do the work while faults come and go. Raises what the work raises; faults may be in force afterwards."""
        self._lives = [asyncio.create_task(self._live(armed)) for armed in self._armed]
        try:
            await work
        finally:
            self._context.progress.close()

    async def heal(self) -> None:
        """Undo whatever is still in force. Raises HealError naming what resists."""
        await asyncio.gather(*self._lives)
        failures = [failure for armed in tuple(self._broken) if (failure := await self._heal(armed))]
        if failures:
            raise HealError("; ".join(failures))

    async def _live(self, armed: _Armed[S]) -> None:
        if not await self._context.progress.until(armed.plan.inject):
            self._record(armed, FaultPhase.ERROR, f"never injected: the workload was over before {armed.plan.inject}")
            return
        self._broken.append(armed)  # from here on it may be in force, wholly or in part
        try:
            await armed.fault.inject(self._subject)
        except Exception as error:  # noqa: BLE001 - whatever a fault raises is evidence, and the others go on
            self._record(armed, FaultPhase.ERROR, f"not injected: {_said(error)}")
            return
        self._record(armed, FaultPhase.INJECT, f"when {armed.plan.inject}")
        armed.injected = True
        await self._prove(armed, last=False)
        if await self._context.progress.until(armed.plan.heal):
            await self._heal(armed)

    async def _prove(self, armed: _Armed[S], *, last: bool) -> None:
        """Put a proof on record; one without effect only when it is the last."""
        try:
            proof = await armed.fault.prove(self._subject)
        except Exception as error:  # noqa: BLE001 - whatever a fault raises is evidence, and the others go on
            if last:
                self._record(armed, FaultPhase.ERROR, f"not proved: {_said(error)}")
            return
        if proof.effective or last:
            armed.proven = True
            self._record(armed, FaultPhase.PROOF, proof.detail, proven=proof.effective)

    async def _heal(self, armed: _Armed[S]) -> str:
        if armed.injected and not armed.proven:
            await self._prove(armed, last=True)
        try:
            seen = await armed.fault.heal(self._subject)
        except Exception as error:  # noqa: BLE001 - the other faults must be healed whatever this one raises
            failure = f"{armed.plan.name} of {armed.fault.target} not healed: {_said(error)}"
            self._record(armed, FaultPhase.ERROR, failure)
            return failure
        self._broken.remove(armed)
        self._record(armed, FaultPhase.HEAL, seen)
        return ""

    def _record(self, armed: _Armed[S], phase: FaultPhase, detail: str, *, proven: bool | None = None) -> None:
        kind = type(armed.fault).__name__
        self._context.recorder.fault(armed.plan.name, armed.fault.target, phase, proven=proven, detail=detail, kind=kind)


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
