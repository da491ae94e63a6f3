"""Every check finds what it is there for: experiments that are right but for one thing, and the check that names it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chaos.experiments.flash_sale import flash_sale
from chaos.experiments.lock_holder_paused import lock_holder_paused
from chaos.experiments.lock_master_down import lock_master_down
from chaos.experiments.queue_broker_killed import queue_broker_killed
from chaos.observations.orders import PLACE_ORDER
from chaos.subject import RunningShop
from chaos.workloads.buyer import Habits
from chaos.workloads.open_shop import OpenShop
from harness.experiment import (
    AllOf,
    Bounds,
    Ceiling,
    Context,
    Drive,
    EventsSeen,
    EventsSince,
    Exercised,
    Experiment,
    Healed,
    InForceFor,
    Injected,
    Minimum,
    OperationsEnded,
    Part,
    Phase,
    Sighting,
)
from harness.faults.cut import cut
from harness.faults.kill import kill, kill_one_of
from harness.faults.rolling_upgrade import rolling_upgrade
from harness.faults.spec import Edge, FaultSpec
from tests.unit.chaos.experiments.checks import CHECKS

Doctor = Callable[[], Experiment[Any]]


def system(experiment: Experiment[Any], **changed: Any) -> Experiment[Any]:
    return replace(experiment, system=replace(experiment.system, **changed))  # type: ignore[type-var]  # all systems are dataclasses


def workload(experiment: Experiment[Any], **changed: Any) -> Experiment[Any]:
    return replace(experiment, workload=replace(experiment.workload, **changed))  # type: ignore[type-var]  # and so are workloads


def first_plan(experiment: Experiment[Any], **changed: Any) -> Experiment[Any]:
    first, *others = experiment.faults
    return replace(experiment, faults=(replace(first, **changed), *others))


def injected_when(trigger: Any) -> Experiment[Any]:
    """lock_master_down, whose fault waits for something else."""
    return first_plan(lock_master_down, inject=trigger)


def another_plan(**changed: Any) -> Any:
    return replace(lock_master_down.faults[0], **changed)


class Silent:
    """A workload that does not say what it does."""

    async def prepare(self, subject: RunningShop, context: Context) -> Drive:
        raise NotImplementedError


DOCTORED: list[tuple[str, str, Doctor]] = [
    ("system_can_be_started", "instances of ordr: no such service", lambda: system(flash_sale, instances={"ordr": 2})),
    ("system_can_be_started", "instances of mysql: no such service", lambda: system(flash_sale, instances={"mysql": 2})),
    ("system_can_be_started", "settings of usr: no such member", lambda: system(flash_sale, environment={"usr": {}})),
    ("system_can_be_started", "watcher lock: there is none", lambda: system(flash_sale, watchers=("lock",))),
    (
        "events_have_a_watcher",
        "heal of lock_master_killed waits for lock_granted, which no watcher that is on records",
        lambda: system(lock_master_down, watchers=("fences",)),
    ),
    (
        "events_have_a_watcher",
        "inject of lock_master_killed waits for locks_granted, which no",
        lambda: injected_when(AllOf((OperationsEnded(PLACE_ORDER, 1), EventsSeen("locks_granted")))),
    ),
    (
        "events_have_a_watcher",
        "saga_postponed has to be seen, which no watcher",
        lambda: replace(flash_sale, sightings=(Sighting(event="saga_postponed"),)),
    ),
    (
        "events_have_a_watcher",
        "waits for token_drawn about order-3, which is no member",
        lambda: injected_when(EventsSeen("token_drawn", about="order-3")),
    ),
    (
        "events_have_a_watcher",
        "until of the workload waits for capture, which no",
        lambda: workload(lock_master_down, until=EventsSeen("capture")),
    ),
    ("triggers_name_plans", "inject of lock_master_killed waits for nobody", lambda: injected_when(Healed("nobody"))),
    ("triggers_name_plans", "inject of lock_master_killed waits for nobody", lambda: injected_when(Injected("nobody"))),
    ("triggers_name_plans", "waits for nobody", lambda: injected_when(InForceFor("nobody", 1))),
    ("triggers_name_plans", "waits for nobody", lambda: injected_when(EventsSince("nobody", "lock_granted"))),
    (
        "triggers_name_plans",
        "until of the workload waits for nobody",
        lambda: workload(lock_master_down, until=Healed("nobody")),
    ),
    (
        "triggers_name_plans",
        "two plans are called lock_master_killed",
        lambda: replace(lock_master_down, faults=(another_plan(), another_plan())),
    ),
    (
        "triggers_name_plans",
        "place_order is counted after nobody, which is no plan",
        lambda: replace(
            lock_master_down,
            minimums=(Minimum(operation=PLACE_ORDER, count=1, phase=Phase(part=Part.AFTER, plan="nobody")),),
        ),
    ),
    (
        "upgrades_have_two_builds",
        "lock_master_killed: the system starts from the build that it is upgraded to",
        lambda: suffering(system(lock_master_down, instances={"order": 2}), rolling_upgrade("order")),
    ),
    ("nothing_waits_for_itself", "inject of lock_master_killed", lambda: injected_when(Healed("lock_master_killed"))),
    (
        "nothing_waits_for_itself",
        "inject of second",
        lambda: replace(
            lock_master_down,
            faults=(another_plan(inject=Injected("second")), another_plan(name="second", inject=Healed("lock_master_killed"))),
        ),
    ),
    (
        "operations_are_done",
        "inject of lock_master_killed waits for refresh_tokens, which the workload does not do",
        lambda: injected_when(OperationsEnded("refresh_tokens", 3)),
    ),
    (
        "operations_are_done",
        "complete_order is counted, which the workload does not do",
        lambda: replace(
            workload(lock_master_down, habits=Habits(pays=0.0), daring=None),
            minimums=(Minimum(operation="complete_order", count=1),),
        ),
    ),
    (
        "operations_are_done",
        "stale_tokens_rejected judges change_account",
        lambda: replace(workload(flash_sale, daring=None), guarantees=("stale_tokens_rejected",)),
    ),
    ("operations_are_done", "Silent does not say", lambda: replace(flash_sale, workload=Silent())),
    ("guarantees_can_be_judged", "nothing is judged", lambda: replace(flash_sale, guarantees=())),
    ("guarantees_can_be_judged", "no_overselling is no guarantee", lambda: replace(flash_sale, guarantees=("no_overselling",))),
    (
        "guarantees_can_be_judged",
        "lock_exclusive_and_fenced reads order.lock_grants, and the watcher locks is off",
        lambda: replace(queue_broker_killed, guarantees=("lock_exclusive_and_fenced",)),
    ),
    (
        "exercised_counts_are_counted",
        "no_oversell does not count quarrels",
        lambda: replace(flash_sale, exercised=(Exercised(guarantee="no_oversell", counted="quarrels", at_least=1),)),
    ),
    (
        "exercised_counts_are_counted",
        "quiet_logs must have met judged, and is not judged",
        lambda: replace(flash_sale, exercised=(Exercised(guarantee="quiet_logs", counted="judged", at_least=1),)),
    ),
    (
        "ceilings_are_counted",
        "sagas_terminate does not count quarrels",
        lambda: replace(flash_sale, ceilings=(Ceiling(guarantee="sagas_terminate", counted="quarrels", at_most=1),)),
    ),
    (
        "ceilings_are_counted",
        "judged of quiet_logs has a ceiling, and is not judged",
        lambda: replace(flash_sale, ceilings=(Ceiling(guarantee="quiet_logs", counted="judged", at_most=1),)),
    ),
    (
        "faults_strike_while_clients_work",
        "the workload may end before lock_master_killed is injected",
        lambda: workload(lock_master_down, until=OperationsEnded(PLACE_ORDER, 29)),
    ),
    (
        "faults_strike_while_clients_work",
        "the workload may end before broker_killed is injected",
        lambda: workload(first_plan(queue_broker_killed, heal=Injected("order_1_frozen")), until=Healed("order_1_frozen")),
    ),
    (
        "faults_strike_while_clients_work",
        "waits for 400 place_order, and there are 300 buyers",
        lambda: first_plan(flash_sale, inject=OperationsEnded(PLACE_ORDER, 400)),
    ),
    ("bounds_leave_room", "settle_s is 0", lambda: replace(flash_sale, bounds=Bounds(settle_s=0))),
    (
        "bounds_leave_room",
        "faults are in force for 300 s, and the workload's bound is 180 s",
        lambda: first_plan(lock_holder_paused, heal=InForceFor(lock_holder_paused.faults[0].name, 298.0)),
    ),
    ("bounds_leave_room", "customers wait 200 s", lambda: workload(lock_master_down, timeout_s=200.0)),
    (
        "bounds_leave_room",
        "place_order is wanted 0 times",
        lambda: replace(flash_sale, minimums=(Minimum(operation=PLACE_ORDER, count=0),)),
    ),
    ("bounds_leave_room", "no traffic is demanded", lambda: replace(flash_sale, minimums=())),
]


def suffering(experiment: Experiment[Any], fault: Any) -> Experiment[Any]:
    return first_plan(experiment, fault=fault)


def declared(**spec: Any) -> Any:
    """A fault that does not ask whether its targets are there."""
    return lambda _inventory, _random: FaultSpec(**spec)


def unproxied(fault: Any) -> Experiment[Any]:
    """flash_sale has no proxied edges."""
    return suffering(flash_sale, fault)


FAULTS: list[tuple[str, str, Doctor]] = [
    ("targets_exist", "there is no member order-3", lambda: suffering(flash_sale, kill("order-3"))),
    ("targets_exist", "there is no member order-2", lambda: system(flash_sale, instances={"product": 2})),
    (
        "targets_exist",
        "there is no member redis-lock-4",
        lambda: suffering(flash_sale, kill_one_of("redis-lock-1", "redis-lock-4")),
    ),
    ("targets_exist", "the edges of this stack run through no proxy", lambda: unproxied(cut("order-1->redis-lock-1"))),
    (
        "targets_exist",
        "no edge is called order-1->redis-lock-4",
        lambda: suffering(lock_holder_paused, cut("order-1->redis-lock-4")),
    ),
    ("targets_exist", "there is no fault of kind 'kil'", lambda: suffering(flash_sale, declared(kind="kil"))),
    (
        "targets_exist",
        "clock_jump needs the whole number seconds",
        lambda: suffering(flash_sale, declared(kind="clock_jump", members=("redis-lock-1",))),
    ),
    (
        "faults_can_prove_themselves",
        "nobody says what the proof of kil needs",
        lambda: suffering(flash_sale, declared(kind="kil")),
    ),
    ("faults_can_prove_themselves", "it is done to nobody", lambda: suffering(flash_sale, declared(kind="kill"))),
    (
        "faults_can_prove_themselves",
        "order-9 is no member",
        lambda: suffering(flash_sale, declared(kind="kill", members=("order-9",))),
    ),
    (
        "faults_can_prove_themselves",
        "no edge runs through a proxy",
        lambda: unproxied(declared(kind="cut", edges=(Edge("order-1", "redis-lock-1"),))),
    ),
    ("faults_can_prove_themselves", "it is done to no edge", lambda: suffering(lock_holder_paused, declared(kind="partition"))),
    (
        "faults_can_prove_themselves",
        "order-1->nix runs through no proxy",
        lambda: suffering(lock_holder_paused, declared(kind="toxic", edges=(Edge("order-1", "nix"),))),
    ),
    (
        "faults_can_prove_themselves",
        "order-1 is no redis",
        lambda: suffering(flash_sale, declared(kind="flush", members=("order-1",))),
    ),
    (
        "faults_can_prove_themselves",
        "redis-cache is no rabbitmq",
        lambda: suffering(flash_sale, declared(kind="memory_alarm", members=("redis-cache",))),
    ),
    (
        "faults_can_prove_themselves",
        "order-1 is no sandbox",
        lambda: suffering(flash_sale, declared(kind="mail_script", members=("order-1",))),
    ),
    (
        "faults_can_prove_themselves",
        "redis-lock-1 has a clock that cannot be moved",
        lambda: suffering(flash_sale, declared(kind="clock_jump", members=("redis-lock-1",), parameters={"seconds": 30})),
    ),
    (
        "faults_can_prove_themselves",
        "redis-lock-1 has no disk of its own",
        lambda: suffering(flash_sale, declared(kind="disk_full", members=("redis-lock-1",))),
    ),
    (
        "faults_can_prove_themselves",
        "redis-cache is not durable",
        lambda: suffering(flash_sale, declared(kind="disk_full", members=("redis-cache",))),
    ),
    (
        "faults_can_prove_themselves",
        "gateway-1 has no port https",
        lambda: suffering(flash_sale, declared(kind="connection_flood", members=("gateway-1",), parameters={"port": "https"})),
    ),
    (
        "faults_can_prove_themselves",
        "order-2->rabbitmq is no edge of order-1",
        lambda: suffering(
            lock_holder_paused,
            declared(kind="killed_holding", members=("order-1",), edges=(Edge("order-2", "rabbitmq"),)),
        ),
    ),
]
DOCTORED += FAULTS


@pytest.mark.parametrize(("check", "problem", "doctor"), DOCTORED, ids=[f"{check}: {what}" for check, what, _ in DOCTORED])
def test_a_doctored_experiment_is_found_out(check: str, problem: str, doctor: Doctor) -> None:
    assert any(problem in found for found in CHECKS[check](doctor())), list(CHECKS[check](doctor()))


def test_every_check_is_seen_red() -> None:
    assert {check for check, _, _ in DOCTORED} == CHECKS.keys()


def test_what_is_not_observed_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.unit.chaos.experiments.shop.OBSERVED", frozenset({"order.orders"}))
    found = list(CHECKS["guarantees_can_be_judged"](flash_sale))
    assert "no_oversell reads product.stock, which nobody observes" in found
    assert "recovers reads shop.health, which nobody observes" in found


def test_a_workload_that_waits_for_all_its_faults_is_right() -> None:
    several = workload(queue_broker_killed, until=Healed("order_2_frozen"))
    assert isinstance(several.workload, OpenShop)
    assert list(CHECKS["faults_strike_while_clients_work"](several)) == []
