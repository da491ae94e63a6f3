"""What the triggers of an experiment wait for, taken apart."""

from collections.abc import Iterator
from typing import Any

from harness.experiment import AllOf, AnyOf, EventsSeen, EventsSince, Experiment, Healed, InForceFor, Injected
from harness.experiment.triggers import Trigger

INJECT, HEAL = "inject", "heal"
START, UNTIL = "start", "until"
WORKLOAD = "the workload"
Node = tuple[str, str]
"""A plan's injection or healing, or the workload's beginning or end."""


def parts(trigger: Trigger | None) -> Iterator[Trigger]:
    """A trigger's parts that are not made of others."""
    if isinstance(trigger, AllOf | AnyOf):
        for each in trigger.triggers:
            yield from parts(each)
    elif trigger is not None:
        yield trigger


def all_of(experiment: Experiment[Any]) -> Iterator[tuple[Node, Trigger]]:
    """Every part of every trigger, with whose it is."""
    for plan in experiment.faults:
        yield from (((plan.name, INJECT), each) for each in parts(plan.inject))
        yield from (((plan.name, HEAL), each) for each in parts(plan.heal))
    for what in (START, UNTIL):
        yield from (((WORKLOAD, what), each) for each in parts(getattr(experiment.workload, what, None)))


def waits_for(trigger: Trigger) -> Node | None:
    """The injection or the healing that a trigger waits for, if it does."""
    if isinstance(trigger, Injected | InForceFor | EventsSince):
        return trigger.plan, INJECT
    return (trigger.plan, HEAL) if isinstance(trigger, Healed) else None


def events_of(trigger: Trigger) -> Iterator[tuple[str, str]]:
    """The events that a trigger counts, each with what they have to be about ("": anything)."""
    if isinstance(trigger, EventsSeen):
        yield trigger.event, trigger.about
    elif isinstance(trigger, EventsSince):
        yield trigger.event, ""
