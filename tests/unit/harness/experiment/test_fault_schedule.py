"""Faults that hang or raise, in any of their phases, keep no other from being healed, and are on record as errors."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from harness.experiment import AtOnce, Context, OperationsEnded, Plan, PlannedFault, Proof, RunProgress
from harness.experiment.fault_schedule import FaultBounds, FaultSchedule, HealError
from harness.faults.spec import FaultSpec
from harness.history import Fault as FaultRecord
from harness.history import FaultPhase, Record, Recorder
from harness.seed import Seed
from tests.unit.harness.experiment.fake_shop import KIND, MADE, FakeShop

QUICK = FaultBounds(inject_s=5, prove_s=0.05, heal_s=0.2, hang_s=0.05, cancel_s=0.02)
NEVER = OperationsEnded("place_order", 1)


async def hang() -> None:
    await asyncio.Event().wait()


async def hang_on() -> None:
    """Swallows its cancellation, as some libraries do."""
    for _ in range(20):
        try:
            await asyncio.sleep(0.05)
        except asyncio.CancelledError:
            continue


async def fail() -> None:
    raise OSError("refused")


@dataclass
class Misbehaving:
    """Does in each phase what it is told to do there, and remembers which phases it finished."""

    target: str = "order-1"
    on_inject: Callable[[], object] | None = None
    on_prove: Callable[[], object] | None = None
    on_heal: Callable[[], object] | None = None
    done: list[str] = field(default_factory=list)
    hit: tuple[str, ...] = ()

    @property
    def spec(self) -> FaultSpec:
        return FaultSpec(
            kind=KIND, members=(self.target,), parameters={"number": MADE.setdefault(id(self), (len(MADE), self))[0]}
        )

    async def assume(self, subject: FakeShop) -> None:
        pass

    async def inject(self, subject: FakeShop) -> None:
        await self._do(self.on_inject, "inject")

    async def prove(self, subject: FakeShop) -> Proof:
        await self._do(self.on_prove, "prove")
        return Proof(effective=True, detail="seen")

    async def heal(self, subject: FakeShop) -> str:
        await self._do(self.on_heal, "heal")
        return "well"

    async def _do(self, what: Callable[[], object] | None, phase: str) -> None:
        if what is not None:
            await what()  # type: ignore[misc]  # each of them is a coroutine function
        self.done.append(phase)


class Scene:
    """A schedule of faults that strike at once and would heal after an order that never comes."""

    def __init__(self, folder: Path, *faults: Misbehaving, bounds: FaultBounds = QUICK) -> None:
        self.records: list[FaultRecord] = []
        self.faults = faults
        recorder, progress = Recorder(self), RunProgress()
        recorder.listen(progress.update)
        context = Context(Seed(1), recorder, progress, folder, lambda _text: None)
        plan = Plan(
            tuple(
                PlannedFault(name=f"fault_{number}", spec=fault.spec, inject=AtOnce(), heal=NEVER)
                for number, fault in enumerate(faults)
            )
        )
        self.schedule = FaultSchedule(plan, FakeShop(), context, bounds)

    def write(self, record: Record) -> None:
        if isinstance(record, FaultRecord):
            self.records.append(record)

    async def run(self, within_s: float = 2.0) -> None:
        await self.schedule.during(asyncio.sleep(0.02))
        await self.schedule.heal(within_s)

    def phases(self, number: int) -> list[FaultPhase]:
        return [each.phase for each in self.records if each.fault == f"fault_{number}"]

    def errors(self) -> list[str]:
        return [each.detail for each in self.records if each.phase is FaultPhase.ERROR]


@pytest.mark.parametrize("how", [hang, hang_on])
async def test_a_hung_injection_is_cancelled_told_and_healed_and_so_is_the_other(
    tmp_path: Path, how: Callable[[], object]
) -> None:
    scene = Scene(tmp_path, Misbehaving(on_inject=how), Misbehaving())
    await scene.run()
    assert [fault.done[-1] for fault in scene.faults] == ["heal", "heal"]
    assert scene.errors() == ["still being injected 0.05 s after the workload: cancelled"]
    assert scene.phases(1) == [FaultPhase.INJECT, FaultPhase.PROOF, FaultPhase.HEAL]


async def test_an_injection_has_a_bound_of_its_own_while_the_workload_goes_on(tmp_path: Path) -> None:
    scene = Scene(tmp_path, Misbehaving(on_inject=hang), bounds=FaultBounds(inject_s=0.001))
    await scene.run()
    assert scene.errors() == ["not injected: TimeoutError"]
    assert scene.phases(0) == [FaultPhase.ERROR, FaultPhase.HEAL]


@pytest.mark.parametrize("how", [hang, hang_on, fail])
async def test_a_fault_that_does_not_heal_keeps_no_other_from_it(tmp_path: Path, how: Callable[[], object]) -> None:
    scene = Scene(tmp_path, Misbehaving(on_heal=how), Misbehaving(target="order-2"))
    with pytest.raises(HealError, match="fault_0 of order-1 not healed"):
        await scene.run(within_s=0.5)
    assert scene.faults[1].done[-1] == "heal"
    assert len(scene.errors()) == 1


async def test_faults_heal_at_the_same_time(tmp_path: Path) -> None:
    together = asyncio.Barrier(3)
    scene = Scene(tmp_path, *(Misbehaving(on_heal=together.wait) for _ in range(3)))
    await scene.run()
    assert all(fault.done[-1] == "heal" for fault in scene.faults)


@pytest.mark.parametrize("how", [hang, fail])
async def test_a_proof_that_hangs_or_fails_is_an_error_and_the_fault_is_healed(
    tmp_path: Path, how: Callable[[], object]
) -> None:
    scene = Scene(tmp_path, Misbehaving(on_prove=how))
    await scene.run()
    assert scene.faults[0].done == ["inject", "heal"]
    assert scene.errors()[-1].startswith("not proved: ")


async def test_one_that_raises_in_injection_is_healed(tmp_path: Path) -> None:
    scene = Scene(tmp_path, Misbehaving(on_inject=fail))
    await scene.run()
    assert scene.errors() == ["not injected: OSError: refused"]
    assert scene.faults[0].done == ["heal"]


async def test_a_schedule_without_faults_has_nothing_to_heal(tmp_path: Path) -> None:
    await Scene(tmp_path).run()
