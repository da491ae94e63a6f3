"""A plan: an experiment's faults, targets and triggers for one seed, as data that is saved, compared bytewise, and run again.

    {"faults": [{"name": …, "spec": {"kind": …, "members": […], "edges": […], "parameters": {…}}, "inject": …, "heal": …}]}

The same experiment, seed and inventory give the same bytes on every machine.
"""

import json
from dataclasses import dataclass
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config

from harness.experiment.experiment import Experiment
from harness.experiment.triggers import AnyTrigger
from harness.faults.inventory import Inventory
from harness.faults.registry import UnknownKindError, make
from harness.faults.spec import FaultSpec, SpecError, words
from harness.seed import Seed


class PlanError(Exception):
    """A file that is no plan; the message names the place and the reason."""


@dataclass(frozen=True, kw_only=True)
class PlannedFault:
    """A fault of a plan; triggers refer to it by `name`."""

    name: str
    spec: FaultSpec
    inject: AnyTrigger
    heal: AnyTrigger

    def __str__(self) -> str:
        return f"{self.name}: {words(self.spec)}, when {self.inject}, until {self.heal}"


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True)
class Plan:
    """Faults in the order of their declaration."""

    faults: tuple[PlannedFault, ...] = ()


_PLAN = TypeAdapter(Plan)


def plan_of(experiment: Experiment[Any], seed: Seed, inventory: Inventory) -> Plan:
    """The plan of an experiment with this seed. Raises AssumptionError when a target does not exist."""
    return Plan(
        tuple(
            PlannedFault(
                name=each.name,
                spec=each.fault(inventory, seed.stream("fault", each.name)),
                inject=each.inject,
                heal=each.heal,
            )
            for each in experiment.faults
        )
    )


def written(plan: Plan) -> bytes:
    """The canonical bytes of a plan: JSON with sorted keys."""
    return json.dumps(_PLAN.dump_python(plan, mode="json"), indent=2, sort_keys=True, ensure_ascii=False).encode() + b"\n"


def read_plan(content: bytes) -> Plan:
    """Parse a written plan. Raises PlanError, also for a fault of an unknown kind or with an invalid spec."""
    try:
        plan = _PLAN.validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise PlanError(f"not a plan: {place + ': ' if place else ''}{first['msg']}") from error
    for each in plan.faults:
        try:
            make(each.spec)
        except (UnknownKindError, SpecError) as error:
            raise PlanError(f"not a plan: {each.name}: {error}") from error
    names = [each.name for each in plan.faults]
    if twice := {name for name in names if names.count(name) > 1}:
        raise PlanError(f"not a plan: two faults are called {', '.join(sorted(twice))}")
    return plan
