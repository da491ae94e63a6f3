"""A run tells the truth about itself, whatever goes wrong on the way."""

import asyncio
from pathlib import Path

import pytest

from harness import report
from harness.experiment import (
    AtOnce,
    Bounds,
    FaultPlan,
    Injected,
    Minimum,
    OperationsEnded,
    Plan,
    PlannedFault,
    RunFolder,
    Sighting,
    judge_folder,
    run,
)
from harness.experiment.usage import CPU
from harness.faults.kill import kill as kill_member
from harness.history import Ending, FaultPhase, History
from harness.seed import Seed
from harness.verdict import Finding, Guarantee, Outcome, RunVerdict, Violation, guarantee
from tests.unit.harness.experiment.fake_shop import (
    ORDERS_COUNTED,
    Buyers,
    FakeKill,
    FakeShop,
    FakeSystem,
    experiment,
    kill,
)

GUARANTEES = {ORDERS_COUNTED.name: ORDERS_COUNTED}


class Runs:
    """Runs experiments below a folder and keeps what was concluded."""

    def __init__(self, parent: Path) -> None:
        self.folder = RunFolder.create(parent, "fake_sale", 7)
        self.concluded: list[RunVerdict] = []

    async def __call__(
        self,
        system: FakeSystem,
        guarantees: dict[str, Guarantee] | None = None,
        plan: Plan | None = None,
        **declared: object,
    ) -> RunVerdict:
        return await run(
            experiment(system, **({"bounds": Bounds(settle_poll_s=0.001)} | declared)),  # type: ignore[arg-type]  # each test declares a few fields by name
            Seed(7),
            self.folder,
            GUARANTEES if guarantees is None else guarantees,
            conclude=lambda judged: self.concluded.append(judged.verdict),
            plan=plan,
        )

    def stages(self) -> list[tuple[str, str]]:
        history = self.folder.read_history()
        return [(record.stage, record.state) for record in history.stages if record.state != "begin"]


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path)


@pytest.fixture
def shop() -> FakeShop:
    return FakeShop()


async def test_a_good_run_passes_and_goes_through_every_stage(runs: Runs, shop: FakeShop) -> None:
    verdict = await runs(FakeSystem(shop), faults=(kill(FakeKill()),))
    assert verdict.outcome is Outcome.PASS, verdict
    assert runs.folder.record().presentation == shop.presentation()
    assert [stage for stage, _ in runs.stages()] == [
        "start",
        "assumptions",
        "steady state",
        "prepare",
        "workload",
        "heal",
        "settle",
        "observe",
        "stop",
    ]
    assert shop.story == ["start", "steady", "prepare", "watch", "inject", "heal", "watched", "observe", "stop"]
    assert runs.concluded == [verdict]
    assert runs.folder.record().system == {"provider": "fake"}
    assert runs.folder.read_logs() == {"order-1": "started\n"}


async def test_what_was_run_is_written_once_and_what_happened_is_read_once(
    tmp_path: Path, shop: FakeShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs, done = Runs(tmp_path), list[str]()

    def counted(name: str) -> None:
        real = getattr(RunFolder, name)

        def call(*given: object) -> object:
            done.append(name)
            return real(*given)

        monkeypatch.setattr(RunFolder, name, call)

    for name in ("save_record", "save_system", "read_history", "record"):
        counted(name)
    await run(
        experiment(FakeSystem(shop)),
        Seed(7),
        runs.folder,
        GUARANTEES,
        conclude=report.write,
    )
    assert done == ["save_record", "save_system", "record", "read_history"]


async def test_faults_come_and_go_on_their_triggers(runs: Runs, shop: FakeShop) -> None:
    await runs(FakeSystem(shop), faults=(kill(FakeKill(), at=3, until=6),))
    endings = [operation.ending for operation in runs.folder.read_history().operations]
    assert endings == [Ending.OK] * 3 + [Ending.INFO] * 3 + [Ending.OK] * 4


async def test_a_saved_run_is_judged_the_same_again(runs: Runs, shop: FakeShop) -> None:
    verdict = await runs(FakeSystem(shop), faults=(kill(FakeKill()),))
    assert judge_folder(runs.folder, GUARANTEES).verdict == verdict


async def test_a_broken_promise_fails(runs: Runs, shop: FakeShop) -> None:
    shop.orders = -1
    verdict = await runs(FakeSystem(shop))
    assert verdict.outcome is Outcome.FAIL
    assert verdict.verdicts[0].evidence[0].what == "10 placed, 9 kept"


async def test_a_system_that_is_not_well_ends_the_run_early(runs: Runs) -> None:
    shop = FakeShop(well=False)
    verdict = await runs(FakeSystem(shop))
    assert verdict.outcome is Outcome.UNKNOWN
    assert verdict.errors == ("steady state: NotSteadyError: the probe order was answered 503",)
    assert shop.story == ["start", "steady", "stop"]


async def test_a_system_that_does_not_start_is_reported_too(runs: Runs, shop: FakeShop) -> None:
    verdict = await runs(FakeSystem(shop, start_error=OSError("no port left")))
    assert verdict.errors == ("start: OSError: no port left",)
    assert verdict.outcome is Outcome.UNKNOWN
    assert runs.concluded == [verdict]
    assert (runs.folder.path / "run.json").exists()
    assert not (runs.folder.path / "system.json").exists()
    assert "OSError: no port left" in (runs.folder.logs / "gauntlet.log").read_text()


async def test_a_fault_without_its_target_is_found_before_anything_is_done(runs: Runs, shop: FakeShop) -> None:
    verdict = await runs(FakeSystem(shop), faults=(kill(FakeKill(target="order-9")),))
    assert verdict.errors == ("assumptions: AssumptionError: there is no order-9",)
    assert "steady" not in shop.story


async def test_too_little_traffic_is_vacuous(runs: Runs, shop: FakeShop) -> None:
    verdict = await runs(FakeSystem(shop), minimums=(Minimum(operation="place_order", count=11),))
    assert verdict.outcome is Outcome.VACUOUS
    assert verdict.verdicts[0].outcome is Outcome.PASS
    assert "10 seen" in verdict.requirements[0].detail


async def test_too_slow_traffic_is_vacuous(runs: Runs, shop: FakeShop) -> None:
    verdict = await runs(FakeSystem(shop), minimums=(Minimum(operation="place_order", count=1, per_second=1e9),))
    assert verdict.outcome is Outcome.VACUOUS


@pytest.mark.parametrize(
    ("fault", "at", "reason"),
    [
        (FakeKill(effective=False), 3, "process 7 is alive"),
        (FakeKill(inject_error=PermissionError("not yours")), 3, "not injected: PermissionError: not yours"),
        (FakeKill(), 99, "never injected: the workload was over before 99 place_order ended"),
        (FakeKill(), 10, "0 operations met it"),
    ],
    ids=["no effect", "refused", "never triggered", "after the last order"],
)
async def test_a_fault_that_proves_nothing_is_vacuous(
    runs: Runs, shop: FakeShop, fault: FakeKill, at: int, reason: str
) -> None:
    verdict = await runs(FakeSystem(shop), faults=(kill(fault, at=at, until=100),), minimums=())
    assert verdict.outcome is Outcome.VACUOUS
    (requirement,) = verdict.requirements
    assert not requirement.met
    assert reason in requirement.detail


async def test_an_effect_that_takes_traffic_is_looked_for_once_more_before_it_heals(runs: Runs, shop: FakeShop) -> None:
    verdict = await runs(FakeSystem(shop), faults=(kill(FakeKill(late=True)),))
    assert verdict.outcome is Outcome.PASS
    phases = [fault.phase for fault in runs.folder.read_history().faults]
    assert phases == [FaultPhase.INJECT, FaultPhase.PROOF, FaultPhase.HEAL]


@pytest.mark.parametrize(("count", "outcome"), [(1, Outcome.PASS), (2, Outcome.VACUOUS)])
async def test_what_was_to_be_seen_and_was_not_makes_a_run_vacuous(
    runs: Runs, shop: FakeShop, count: int, outcome: Outcome
) -> None:
    verdict = await runs(FakeSystem(shop), sightings=(Sighting(event="watched", count=count),))
    assert verdict.outcome is outcome
    assert verdict.requirements[-1].detail == f"1 seen; {count} wanted"


async def test_the_plan_is_on_record(runs: Runs, shop: FakeShop) -> None:
    await runs(FakeSystem(shop), faults=(kill(FakeKill(), at=3, until=6),))
    plan = runs.folder.plan()
    assert plan is not None
    (planned,) = plan.faults
    assert planned.name == "kill_order"
    assert planned.spec.members == ("order-1",)
    assert (planned.inject, planned.heal) == (OperationsEnded("place_order", 3), OperationsEnded("place_order", 6))


async def test_a_given_plan_is_done_in_place_of_the_seeds(runs: Runs, shop: FakeShop) -> None:
    planned = PlannedFault(name="other", spec=FakeKill().spec, inject=OperationsEnded("place_order", 1), heal=Injected("other"))
    verdict = await runs(FakeSystem(shop), faults=(kill(FakeKill(target="order-9")),), plan=Plan((planned,)))
    assert runs.folder.record().faults == ("other",)
    assert {fault.fault for fault in runs.folder.read_history().faults} == {"other"}
    assert not verdict.errors


async def test_a_plan_that_cannot_be_made_is_told_by_the_assumptions(runs: Runs, shop: FakeShop) -> None:
    plan = FaultPlan(name="nobody", fault=kill_member("order-9"), inject=AtOnce(), heal=AtOnce())
    verdict = await runs(FakeSystem(shop), faults=(plan,))
    assert verdict.errors == ("assumptions: AssumptionError: there is no member order-9; there is order-1",)
    assert runs.folder.record().faults == ("nobody",)


async def test_a_half_injected_fault_is_healed(runs: Runs, shop: FakeShop) -> None:
    await runs(FakeSystem(shop), faults=(kill(FakeKill(inject_error=OSError())),))
    assert shop.down == set()


async def test_what_does_not_heal_at_once_is_healed_in_the_end_and_reported(runs: Runs, shop: FakeShop) -> None:
    verdict = await runs(FakeSystem(shop), faults=(kill(FakeKill(heal_errors=1)),))
    assert shop.down == set()
    assert verdict.outcome is Outcome.VACUOUS


async def test_what_cannot_be_healed_makes_the_run_unknown_and_the_others_are_healed(runs: Runs, shop: FakeShop) -> None:
    shop.members = {"order-1", "order-2"}
    stubborn, other = FakeKill(heal_errors=9), FakeKill(target="order-2")
    verdict = await runs(FakeSystem(shop), faults=(kill(stubborn, name="a", until=99), kill(other, name="b", until=99)))
    assert verdict.outcome is Outcome.UNKNOWN
    assert verdict.errors[0].startswith("heal: HealError: a of order-1 not healed")
    assert shop.down == {"order-1"}


async def test_a_hung_workload_is_cut_off_and_everything_else_still_happens(runs: Runs, shop: FakeShop) -> None:
    verdict = await runs(
        FakeSystem(shop),
        workload=Buyers(hang_after=5),
        faults=(kill(FakeKill(), until=99),),
        bounds=Bounds(workload_s=0.05, settle_poll_s=0.001),
    )
    assert verdict.outcome is Outcome.FAIL  # one order never ended, so one fewer was kept than placed
    assert verdict.errors == ("workload: not done after 0.05 s",)
    assert shop.story[-4:] == ["heal", "watched", "observe", "stop"]
    assert runs.folder.read_history().operations[-1].unknown


async def test_a_workload_that_crashes_is_healed_settled_and_judged(runs: Runs, shop: FakeShop) -> None:
    verdict = await runs(FakeSystem(shop), workload=Buyers(error=KeyError("bug")), faults=(kill(FakeKill(), until=99),))
    assert verdict.outcome is Outcome.UNKNOWN
    assert verdict.verdicts[0].outcome is Outcome.PASS
    assert shop.story[-4:] == ["heal", "watched", "observe", "stop"]


async def test_settling_waits_until_nothing_is_outstanding(runs: Runs) -> None:
    shop = FakeShop(busy=2)
    assert (await runs(FakeSystem(shop))).outcome is Outcome.PASS
    assert shop.busy < 0


async def test_a_system_that_never_settles_makes_the_run_unknown(runs: Runs) -> None:
    verdict = await runs(FakeSystem(FakeShop(busy=10**6)), bounds=Bounds(settle_s=0.05, settle_poll_s=0.001))
    assert verdict.outcome is Outcome.UNKNOWN
    assert "orders PENDING" in verdict.errors[0]


async def test_a_run_that_has_failed_already_is_not_waited_for(runs: Runs) -> None:
    @guarantee
    def nothing_answered(history: History) -> Finding:
        """Nobody is answered."""
        return Finding(judged=1, violations=tuple(Violation(what="answered") for each in history.operations if each.ok))

    verdict = await runs(
        FakeSystem(FakeShop(busy=10**6)),
        {ORDERS_COUNTED.name: nothing_answered},
        bounds=Bounds(settle_s=60, settle_poll_s=0.001, patience_s=0.01),
    )
    assert verdict.outcome is Outcome.FAIL
    assert verdict.errors[0].startswith("settle: FailedAlready: nothing_answered has failed already, after 0.01 s:")


async def test_one_that_has_not_is_waited_for_to_the_end(runs: Runs) -> None:
    bounds = Bounds(settle_s=0.1, settle_poll_s=0.001, patience_s=0.01)
    verdict = await runs(FakeSystem(FakeShop(busy=10**6)), bounds=bounds)
    assert verdict.errors[0].startswith("settle: WaitTimeout")


@pytest.mark.parametrize("busy", [0, 10**6])
async def test_what_is_observed_says_whether_rest_was_reached(runs: Runs, busy: int) -> None:
    await runs(FakeSystem(FakeShop(busy=busy)), bounds=Bounds(settle_s=0.05, settle_poll_s=0.001))
    assert runs.folder.read_history().at_rest("orders") is (busy == 0)


async def test_a_watcher_that_dies_is_on_record_at_once_and_ends_the_workload(runs: Runs) -> None:
    shop = FakeShop(blind_after=4)
    verdict = await runs(FakeSystem(shop), workload=Buyers(hang_after=6), faults=(kill(FakeKill(), until=99),))
    assert verdict.outcome is not Outcome.PASS
    assert verdict.errors == ("watchers: watcher all died: OSError: no eyes", "workload: AbortedError: watcher all died")
    assert shop.story[-4:] == ["heal", "watched", "observe", "stop"], "everything else still happens"
    history = runs.folder.read_history()
    failed = [(record.stage, record.state) for record in history.stages if record.state == "fail"]
    assert failed == [("watchers", "fail"), ("workload", "fail")]
    assert history.at_rest("orders")


async def test_what_members_used_while_the_workload_ran_is_observed(runs: Runs, shop: FakeShop) -> None:
    await runs(FakeSystem(shop))
    assert runs.folder.read_history().observed(CPU) == ({"member": "order-1", "cpu_s": 1.0},)


async def test_without_observations_nothing_is_judged(runs: Runs) -> None:
    verdict = await runs(FakeSystem(FakeShop(observe_error=OSError("gone"))))
    assert verdict.outcome is Outcome.UNKNOWN
    assert verdict.verdicts[0].why == "the judge could not judge: NotObservedError: orders was never observed in this run"


async def test_an_interrupted_run_is_healed_stopped_judged_and_still_interrupts(runs: Runs, shop: FakeShop) -> None:
    workload = Buyers(hang_after=5)
    task = asyncio.create_task(runs(FakeSystem(shop), workload=workload, faults=(kill(FakeKill(), until=99),)))
    await workload.hanging.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert shop.story[-3:] == ["heal", "watched", "stop"]
    (verdict,) = runs.concluded
    assert verdict.errors == ("workload: interrupted",)


async def test_every_phase_of_a_fault_is_on_record(runs: Runs, shop: FakeShop) -> None:
    await runs(FakeSystem(shop), faults=(kill(FakeKill()),))
    faults = runs.folder.read_history().faults
    assert [fault.phase for fault in faults] == [FaultPhase.INJECT, FaultPhase.PROOF, FaultPhase.HEAL]
    assert {(fault.target, fault.spec and fault.spec.kind) for fault in faults} == {("order-1", "fake")}
