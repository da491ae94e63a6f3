"""A plan is data: the same seed gives the same bytes, and what is read is what was written."""

import json
import subprocess
import sys

import pytest

from harness.direction import Direction
from harness.experiment import (
    AllOf,
    AnyOf,
    AtOnce,
    Choices,
    EventsSeen,
    EventsSince,
    Healed,
    InForceFor,
    Injected,
    OperationsEnded,
    Plan,
    PlanError,
    PlannedFault,
    plan_of,
    read_plan,
    written,
)
from harness.experiment.triggers import AnyTrigger
from harness.faults.spec import Edge, FaultSpec
from harness.history import Ending
from harness.registry import experiments
from harness.seed import Seed

TRIGGERS: tuple[AnyTrigger, ...] = (
    AtOnce(),
    OperationsEnded("place_order", 3, frozenset({Ending.OK, Ending.FAIL})),
    EventsSeen("lock_granted", 2, "order-1"),
    EventsSince("deaf", "capture", 5),
    Injected("deaf"),
    Healed("deaf"),
    InForceFor("deaf", 2.5),
    AnyOf((Healed("deaf"), EventsSeen("lock_granted", 2))),
)
SPEC = FaultSpec(kind="partition", edges=(Edge("order-1", "redis-lock-2", (Direction.DOWNSTREAM,)),))
DUMP = (
    "import sys; from harness.experiment import Choices, plan_of, written; from harness.registry import experiments;"
    "from harness.seed import Seed; e = experiments()['flash_sale'];"
    "sys.stdout.buffer.write(written(plan_of(e, Seed(7), e.system.inventory(Choices()))))"
)


def planned(name: str = "deaf", inject: AnyTrigger = TRIGGERS[0], spec: FaultSpec = SPEC) -> PlannedFault:
    return PlannedFault(name=name, spec=spec, inject=inject, heal=AllOf(TRIGGERS))


@pytest.mark.parametrize("trigger", TRIGGERS, ids=lambda trigger: trigger.type)
def test_what_is_read_is_what_was_written(trigger: AnyTrigger) -> None:
    plan = Plan((planned(inject=trigger),))
    assert read_plan(written(plan)) == plan
    assert written(read_plan(written(plan))) == written(plan)


@pytest.mark.parametrize("name", experiments())
def test_every_experiment_has_a_plan_that_its_seed_decides(name: str) -> None:
    experiment = experiments()[name]
    inventory = experiment.system.inventory(Choices())
    content = written(plan_of(experiment, Seed(3), inventory))
    assert content == written(plan_of(experiment, Seed(3), inventory))
    assert written(read_plan(content)) == content


def test_another_process_writes_the_same_bytes() -> None:
    one, other = (
        subprocess.run([sys.executable, "-c", DUMP], env={"PYTHONHASHSEED": seed}, capture_output=True, check=True).stdout  # noqa: S603 - ours
        for seed in ("1", "2")
    )
    assert one == other
    assert json.loads(one)["faults"][0]["name"] == "lock_master_killed"


def test_another_seed_may_choose_otherwise() -> None:
    experiment = experiments()["flash_sale"]
    inventory = experiment.system.inventory(Choices())
    assert len({written(plan_of(experiment, Seed(seed), inventory)) for seed in range(20)}) > 1


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        (Plan((planned(), planned())), "two faults are called deaf"),
        (Plan((planned(spec=FaultSpec(kind="toxic", edges=SPEC.edges)),)), "deaf: toxic needs the text type, not None"),
        (Plan((planned(spec=FaultSpec(kind="kill")),)), "deaf: kill is done to no member and no edge"),
        (Plan((planned(spec=FaultSpec(kind="cut", members=("order-1",))),)), "deaf: cut is done to edges; it has none"),
        (Plan((planned(spec=FaultSpec(kind="nova")),)), "deaf: there is no fault of kind 'nova'"),
    ],
)
def test_a_plan_that_cannot_be_done_is_refused(plan: Plan, said: str) -> None:
    with pytest.raises(PlanError, match=said):
        read_plan(written(plan))
