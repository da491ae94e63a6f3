"""What must be true of an experiment before it is worth a run. Each check yields one line for each thing that is not so."""

from collections.abc import Callable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any, TypeAlias

from chaos.guarantees import GUARANTEES
from chaos.subject.watchers import EVENTS, WATCHERS
from harness.experiment import AssumptionError, AtOnce, Choices, Experiment, InForceFor, OperationsEnded
from harness.experiment.triggers import Trigger
from harness.faults.inventory import Inventory
from harness.faults.registry import UnknownKindError, make
from harness.faults.rolling_upgrade import ROLLING_UPGRADE
from harness.faults.spec import FaultSpec, SpecError
from harness.seed import Seed
from harness.system.upgraded import UpgradedSystem
from tests.unit.chaos.experiments.proofs import NEEDS
from tests.unit.chaos.experiments.shop import (
    ABOUT_MEMBERS,
    SEEN_BY,
    AskedHistory,
    asked_by,
    observed_of,
    system_of,
    topology_of,
    unknown,
)
from tests.unit.chaos.experiments.triggers import HEAL, INJECT, UNTIL, WORKLOAD, Node, all_of, events_of, waits_for

Check: TypeAlias = Callable[[Experiment[Any]], Iterator[str]]

PROMISES = {each.name: each for each in GUARANTEES}
CHECKS: dict[str, Check] = {}
SEEDS = range(1, 9)
"""Enough for everything that a seed chooses among to be chosen once, most likely."""


def check(function: Check) -> Check:
    """Register a check under its name."""
    CHECKS[function.__name__] = function
    return function


@check
def system_can_be_started(experiment: Experiment[Any]) -> Iterator[str]:
    """Instances and settings are of services there are; watchers exist."""
    system = system_of(experiment)
    topology = topology_of(system.topology)
    services = [each.name for each in topology.services()]
    yield from (f"instances of {name}: no such service" for name in unknown(system.instances, services))
    configurable = [*services, *topology.servers, *topology.processes]
    yield from (f"settings of {name}: no such member" for name in unknown(system.environment, configurable))
    yield from (f"watcher {name}: there is none" for name in unknown(system.watchers, WATCHERS))


@check
def events_have_a_watcher(experiment: Experiment[Any]) -> Iterator[str]:
    """Whatever event is waited for or has to be seen is recorded by a watcher that is on."""
    system = system_of(experiment)
    on = {event for name in system.watchers for event in EVENTS.get(name, ())}
    known = {name for names in system.inventory(Choices()).members.values() for name in names}
    for (owner, what), trigger in all_of(experiment):
        for event, about in events_of(trigger):
            if event not in on:
                yield f"{what} of {owner} waits for {event}, which no watcher that is on records"
            if about and event in ABOUT_MEMBERS and about not in known:
                yield f"{what} of {owner} waits for {event} about {about}, which is no member"
    for sighting in experiment.sightings:
        if sighting.event not in on:
            yield f"{sighting.event} has to be seen, which no watcher that is on records"


@check
def triggers_name_plans(experiment: Experiment[Any]) -> Iterator[str]:
    """Plans have names of their own, and triggers refer to plans there are."""
    names = [plan.name for plan in experiment.faults]
    yield from (f"two plans are called {name}" for name in dict.fromkeys(names) if names.count(name) > 1)
    for minimum in experiment.minimums:
        if minimum.phase and minimum.phase.plan not in names:
            yield f"{minimum.operation} is counted {minimum.phase}, which is no plan"
    for (owner, what), trigger in all_of(experiment):
        if (node := waits_for(trigger)) and node[0] not in names:
            yield f"{what} of {owner} waits for {node[0]}, which is no plan"


@check
def nothing_waits_for_itself(experiment: Experiment[Any]) -> Iterator[str]:
    """No injection or healing waits for something that can only come after it."""
    try:
        _order(experiment).prepare()
    except CycleError as error:
        yield f"wait for each other: {' <- '.join(f'{what} of {owner}' for owner, what in error.args[1])}"


def _order(experiment: Experiment[Any]) -> "TopologicalSorter[Node]":
    order: TopologicalSorter[Node] = TopologicalSorter()
    for plan in experiment.faults:
        order.add((plan.name, HEAL), (plan.name, INJECT))
    for node, trigger in all_of(experiment):
        if before := waits_for(trigger):
            order.add(node, before)
    return order


@check
def operations_are_done(experiment: Experiment[Any]) -> Iterator[str]:
    """Operations that are waited for or counted are ones that the workload does; every guarantee judges some that it does."""
    done = getattr(experiment.workload, "operations", None)
    if done is None:
        yield f"{type(experiment.workload).__name__} does not say which operations it does"
        return
    for (owner, what), trigger in all_of(experiment):
        if isinstance(trigger, OperationsEnded) and trigger.operation not in done:
            yield f"{what} of {owner} waits for {trigger.operation}, which the workload does not do"
    for minimum in experiment.minimums:
        if minimum.operation not in done:
            yield f"{minimum.operation} is counted, which the workload does not do"
    for name in experiment.guarantees:
        judged = asked_by(PROMISES[name]).operations_named if name in PROMISES else set()
        if judged and not judged & done:
            yield f"{name} judges {', '.join(sorted(judged))}, none of which the workload does"


@check
def guarantees_can_be_judged(experiment: Experiment[Any]) -> Iterator[str]:
    """Guarantees exist, and what they read at rest is observed, with the watcher on that it is put together from."""
    if not experiment.guarantees:
        yield "nothing is judged"
    for name in experiment.guarantees:
        if name not in PROMISES:
            yield f"{name} is no guarantee"
            continue
        subjects = asked_by(PROMISES[name]).subjects
        yield from (
            f"{name} reads {subject}, which nobody observes" for subject in unknown(sorted(subjects), observed_of(experiment))
        )
        for subject in sorted(subjects & SEEN_BY.keys()):
            if SEEN_BY[subject] not in system_of(experiment).watchers:
                yield f"{name} reads {subject}, and the watcher {SEEN_BY[subject]} is off"


@check
def exercised_counts_are_counted(experiment: Experiment[Any]) -> Iterator[str]:
    """What a guarantee must have met is a count that it reports, of a guarantee that is judged."""
    for each in experiment.exercised:
        if each.guarantee not in experiment.guarantees:
            yield f"{each.guarantee} must have met {each.counted}, and is not judged"
        elif each.counted not in PROMISES[each.guarantee].judge(AskedHistory()).counts:
            yield f"{each.guarantee} does not count {each.counted}"


@check
def ceilings_are_counted(experiment: Experiment[Any]) -> Iterator[str]:
    """What has a ceiling is a count that a guarantee reports which is judged."""
    for each in experiment.ceilings:
        if each.guarantee not in experiment.guarantees:
            yield f"{each.counted} of {each.guarantee} has a ceiling, and is not judged"
        elif each.counted not in PROMISES[each.guarantee].judge(AskedHistory()).counts:
            yield f"{each.guarantee} does not count {each.counted}"


@check
def faults_strike_while_clients_work(experiment: Experiment[Any]) -> Iterator[str]:
    """A workload that waits ends after every injection; one that does not has enough operations for every trigger."""
    if any(node == (WORKLOAD, UNTIL) for node, _ in all_of(experiment)):
        sure = _sure_before_the_end(experiment)
        yield from (
            f"the workload may end before {plan.name} is injected"
            for plan in experiment.faults
            if (plan.name, INJECT) not in sure
        )
        return
    buyers = getattr(experiment.workload, "buyers", None)
    for (owner, what), trigger in all_of(experiment):
        if isinstance(trigger, OperationsEnded) and buyers is not None and trigger.count > buyers:
            yield f"{what} of {owner} waits for {trigger.count} {trigger.operation}, and there are {buyers} buyers"


def _sure_before_the_end(experiment: Experiment[Any]) -> set[Node]:
    """What must have happened before the workload ends: what that waits for, directly or not, and all that needs no more."""
    by_node: dict[Node, list[Trigger]] = {(plan.name, INJECT): [] for plan in experiment.faults}
    for node, trigger in all_of(experiment):
        by_node.setdefault(node, []).append(trigger)
    sure: set[Node] = {(WORKLOAD, UNTIL)}
    while True:
        waited = [trigger for node in sure for trigger in by_node.get(node, ())]
        ended = {each.operation: each.count for each in waited if isinstance(each, OperationsEnded)}
        for each in waited:
            if isinstance(each, OperationsEnded):
                ended[each.operation] = max(ended[each.operation], each.count)
        found = {before for trigger in waited if (before := waits_for(trigger))}
        found |= {(owner, INJECT) for owner, what in sure if what == HEAL}
        for node, triggers in by_node.items():
            if node[1] == INJECT and all(_implied(each, sure, ended) for each in triggers):
                found.add(node)
        if found <= sure:
            return sure
        sure |= found


def _implied(trigger: Trigger, sure: set[Node], ended: Mapping[str, int]) -> bool:
    if isinstance(trigger, OperationsEnded):
        return trigger.count <= ended.get(trigger.operation, 0)
    return isinstance(trigger, AtOnce) or waits_for(trigger) in sure


@check
def bounds_leave_room(experiment: Experiment[Any]) -> Iterator[str]:
    """Bounds and counts are positive; what is waited for by the clock fits into the workload's bound."""
    bounds: Mapping[str, float] = vars(experiment.bounds)
    yield from (f"{name} is {seconds:g}" for name, seconds in bounds.items() if seconds <= 0)
    workload_s = bounds["workload_s"]
    waits = {trigger.plan: trigger.seconds for _, trigger in all_of(experiment) if isinstance(trigger, InForceFor)}
    if sum(waits.values()) >= workload_s:
        yield f"faults are in force for {sum(waits.values()):g} s, and the workload's bound is {workload_s:g} s"
    if (timeout_s := getattr(experiment.workload, "timeout_s", 0.0)) >= workload_s:
        yield f"customers wait {timeout_s:g} s, and the workload's bound is {workload_s:g} s"
    counted = [(each.operation, each.count) for each in experiment.minimums]
    counted += [(each.event, each.count) for each in experiment.sightings]
    yield from (f"{name} is wanted {count} times" for name, count in counted if count < 1)
    if not experiment.minimums:
        yield "no traffic is demanded"


@check
def upgrades_have_two_builds(experiment: Experiment[Any]) -> Iterator[str]:
    """An upgrade is done to a system that starts from another build than the one it is upgraded to."""
    for plan, _, spec in _planned(experiment):
        if isinstance(spec, FaultSpec) and spec.kind == ROLLING_UPGRADE and not isinstance(experiment.system, UpgradedSystem):
            yield f"{plan}: the system starts from the build that it is upgraded to"


@check
def targets_exist(experiment: Experiment[Any]) -> Iterator[str]:
    """Members and edges that a fault is declared for are there, whatever the seed chooses, and the fault can be made."""
    for plan, _, spec in _planned(experiment):
        if isinstance(spec, AssumptionError):
            yield f"{plan}: {spec}"
            continue
        try:
            make(spec)
        except (UnknownKindError, SpecError) as error:
            yield f"{plan}: {error}"


@check
def faults_can_prove_themselves(experiment: Experiment[Any]) -> Iterator[str]:
    """The system has what the proof of each fault looks at."""
    system = system_of(experiment)
    for plan, inventory, spec in _planned(experiment):
        if isinstance(spec, AssumptionError):
            continue  # said by targets_exist
        if spec.kind not in NEEDS:
            yield f"{plan}: nobody says what the proof of {spec.kind} needs"
            continue
        yield from (f"{plan}: {problem}" for problem in NEEDS[spec.kind](spec, system, inventory))


def _planned(experiment: Experiment[Any]) -> Iterator[tuple[str, Inventory, FaultSpec | AssumptionError]]:
    """What each plan becomes with some seeds."""
    inventory = system_of(experiment).inventory(Choices())
    for plan in experiment.faults:
        for seed in SEEDS:
            try:
                yield plan.name, inventory, plan.fault(inventory, Seed(seed).stream("fault", plan.name))
            except AssumptionError as error:
                yield plan.name, inventory, error
