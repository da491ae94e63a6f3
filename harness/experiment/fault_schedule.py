"""Injects faults while a workload runs, on their triggers, and heals every one of them in the end, all at the same time.

A fault that could not be injected or proved is recorded as an error, which makes the run VACUOUS. Each
fault is injected, proved and healed in a task of its own and within bounds of its own, so that one that hangs, even if it
ignores its cancellation, does not delay the healing of others.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from harness.experiment.context import Context
from harness.experiment.plan import Plan, PlannedFault
from harness.experiment.protocols import Fault, Subject
from harness.faults.registry import make
from harness.history import FaultPhase

S = TypeVar("S", bound=Subject)


class HealError(Exception):
    """Faults that could not be healed and are still in force."""


@dataclass(frozen=True, kw_only=True)
class FaultBounds:
    """Longest times of one fault, in seconds, independent of the others.

    `hang_s` is how long its injection or proof may go on when the workload is over, `cancel_s` how long its cancellation may
    take; then it is healed all the same.
    """

    inject_s: float = 120.0
    prove_s: float = 20.0
    heal_s: float = 50.0
    hang_s: float = 10.0
    cancel_s: float = 1.0


BOUNDS = FaultBounds()


@dataclass(eq=False)
class _Armed(Generic[S]):
    plan: PlannedFault
    fault: Fault[S]
    life: asyncio.Task[None] | None = None
    broken: bool = False
    injected: bool = False
    proven: bool = False
    healing: bool = False
    healed: bool = False


class FaultSchedule(Generic[S]):
    """The faults of one run. Use `during` once, then `heal`."""

    def __init__(self, plan: Plan, subject: S, context: Context, bounds: FaultBounds = BOUNDS) -> None:
        """Raises UnknownKindError, SpecError for a plan whose faults cannot be made."""
        self._subject = subject
        self._context = context
        self._bounds = bounds
        self._armed: list[_Armed[S]] = [_Armed(each, make(each.spec)) for each in plan.faults]
        self.healed = asyncio.Event()
        """Set when no fault is in force any more, and none will be; never in a run in which none was."""

    async def assume(self) -> None:
        """Check whether every fault can be injected. Raises AssumptionError."""
        for armed in self._armed:
            await armed.fault.assume(self._subject)

    async def during(self, work: Coroutine[Any, Any, None]) -> None:
        """Do the work while faults are injected and healed. Raises what the work raises; faults may be in force afterwards."""
        for armed in self._armed:
            armed.life = asyncio.create_task(self._live(armed))
        try:
            await work
        finally:
            self._context.progress.close()

    async def heal(self, within_s: float) -> None:
        """Heal the faults in force, concurrently. Raises HealError naming those not healed after `within_s` seconds."""
        ends = {armed: asyncio.create_task(self._end(armed)) for armed in self._armed}
        if not ends:
            return
        try:
            await asyncio.wait(ends.values(), timeout=within_s)
        finally:
            late = [armed for armed, end in ends.items() if end.cancel()]
        failures = [self._not_healed(armed, f"not done after {within_s:g} s") for armed in late]
        failures += [failure for armed, end in ends.items() if armed not in late and (failure := end.result())]
        if failures:
            raise HealError("; ".join(failures))
        if any(each.healed for each in self._armed):  # the others were never injected
            self.healed.set()

    async def _live(self, armed: _Armed[S]) -> None:
        if not await self._context.progress.until(armed.plan.inject):
            self._record(armed, FaultPhase.ERROR, f"never injected: the workload was over before {armed.plan.inject}")
            return
        armed.broken = True  # from here on it may be in force, at least in part
        try:
            async with asyncio.timeout(self._bounds.inject_s):
                await armed.fault.inject(self._subject)
        except Exception as error:  # noqa: BLE001 - whatever a fault raises is evidence, and the others go on
            self._record(armed, FaultPhase.ERROR, f"not injected: {_said(error)}")
            return
        self._record(armed, FaultPhase.INJECT, f"when {armed.plan.inject}")
        armed.injected = True
        await self._prove(armed, last=False)
        if await self._context.progress.until(armed.plan.heal):
            await self._heal(armed)

    async def _end(self, armed: _Armed[S]) -> str:
        """End a fault's task and heal it; returns why that failed, or ""."""
        life = armed.life
        if life is not None:
            await asyncio.wait([life], timeout=self._bounds.hang_s)
            if not life.done():
                life.cancel()
                await asyncio.wait([life], timeout=self._bounds.cancel_s)
                doing = "healed" if armed.healing else "proved" if armed.injected else "injected"
                self._record(
                    armed, FaultPhase.ERROR, f"still being {doing} {self._bounds.hang_s:g} s after the workload: cancelled"
                )
        return await self._heal(armed) if armed.broken else ""

    async def _prove(self, armed: _Armed[S], *, last: bool) -> None:
        """Record a proof; one without effect only when it is the last."""
        try:
            async with asyncio.timeout(self._bounds.prove_s):
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
        armed.healing = True
        try:
            async with asyncio.timeout(self._bounds.heal_s):
                seen = await armed.fault.heal(self._subject)
        except Exception as error:  # noqa: BLE001 - the other faults must be healed whatever this one raises
            return self._not_healed(armed, _said(error))
        armed.broken = False
        armed.healed = True
        self._record(armed, FaultPhase.HEAL, seen)
        if all(each.healed for each in self._armed):
            self.healed.set()
        return ""

    def _not_healed(self, armed: _Armed[S], why: str) -> str:
        failure = f"{armed.plan.name} of {_target(armed.fault)} not healed: {why}"
        self._record(armed, FaultPhase.ERROR, failure)
        return failure

    def _record(self, armed: _Armed[S], phase: FaultPhase, detail: str, *, proven: bool | None = None) -> None:
        fault = armed.fault
        self._context.recorder.fault(
            armed.plan.name, _target(fault), phase, proven=proven, detail=detail, spec=fault.spec, hit=tuple(fault.hit)
        )


def _target(fault: Fault[S]) -> str:
    return ", ".join(fault.hit) or fault.spec.target


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".rstrip(": ")
