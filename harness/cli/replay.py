"""gauntlet replay: do a saved run again, with the same experiment, seed, plan, provider and build of the system."""

import os
from pathlib import Path
from typing import Annotated

import typer

from harness.cli.console import refuse
from harness.cli.execution import RUNS, Execution, judges_of, require_folder
from harness.cli.options import AsJson
from harness.experiment import NotARunError, PlannedFault, RunFacts, RunFolder, plan_of
from harness.registry import RegistryError, UnknownNameError, experiments, find
from harness.seed import Seed
from harness.stack.errors import StackError
from harness.system import choose_placement


class PlantedError(Exception):
    """That run was one with a known bug, in a copy of the system that is gone; says what does it again."""


class PlanChangedError(Exception):
    """The experiment of that name does something else now than it did in that run; says what."""


def replay(
    run_folder: Annotated[Path, typer.Argument(help="The folder of a run, e.g. .gauntlet/runs/…")],
    changed: Annotated[bool, typer.Option("--changed", help="Go on although the experiment's plan has changed since.")] = False,
    out_folder: Annotated[Path, typer.Option("--out", help="Where the new run's folder is made.")] = RUNS,
    as_json: AsJson = False,
) -> None:
    """Run a saved run again, with the same seed and plan. Exit codes as for `gauntlet chaos run`."""
    try:
        facts = RunFolder(run_folder).facts()
        require_no_mutant(facts)
        experiment = find(facts.experiment, experiments(), "experiment")
        seed = Seed(facts.seed)
        if not changed:
            require_same_plan(facts.plan, plan_of(experiment, seed))
        known = judges_of({experiment.name: experiment})
        os.environ.update(facts.choices.environment)
        choose_placement(facts.choices.provider, facts.choices.proxy, proxied=True)
        require_folder(out_folder)
    except (
        NotARunError,
        UnknownNameError,
        RegistryError,
        StackError,
        PlanChangedError,
        PlantedError,
        NotADirectoryError,
    ) as error:
        refuse(error)
    execution = Execution(out_folder, known, facts.choices, as_json)
    execution.run(experiment, seed)
    raise typer.Exit(execution.exit_code)


def require_no_mutant(facts: RunFacts) -> None:
    """Raises PlantedError for a run with a known bug."""
    if bug := facts.choices.mutant:
        raise PlantedError(f"the known bug {bug} was planted for that run: do it again by `{facts.replay}`")


def require_same_plan(then: tuple[PlannedFault, ...], now: tuple[PlannedFault, ...]) -> None:
    """Raises PlanChangedError for the first difference; a run that ended before it had a plan agrees with any."""
    if not then or then == now:
        return
    differ = [(old, new) for old, new in zip(then, now, strict=False) if old != new]
    what = (
        f"{_said(differ[0][0])}; now it is {_said(differ[0][1])}" if differ else f"{len(then)} faults; now there are {len(now)}"
    )
    raise PlanChangedError(f"the experiment has changed since: the plan was {what}. --changed runs it as it is now")


def _said(fault: PlannedFault) -> str:
    return f"{fault.name} on {fault.target} when {fault.inject}, until {fault.heal}"
