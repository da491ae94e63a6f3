"""gauntlet replay: do a saved run again, with the same experiment, seed, plan, provider and build of the system."""

import os
from pathlib import Path
from typing import Annotated

import typer

from harness.cli.console import refuse
from harness.cli.execution import RUNS, Execution, judges_of, require_folder
from harness.cli.options import AsJson
from harness.experiment import NotARunError, PlanError, RunFolder, RunRecord
from harness.fuzz.suite import EXPERIMENT as FUZZ
from harness.load.profile import PREFIX as LOAD
from harness.registry import RegistryError, UnknownNameError, experiments, find
from harness.seed import Seed
from harness.stack.errors import StackError
from harness.system import choose_placement


class OtherCommandError(Exception):
    """The run is repeated by another command, which is named: no experiment, or with a planted bug in a copy that is gone."""


def replay(
    run_folder: Annotated[Path, typer.Argument(help="The folder of a run, e.g. .gauntlet/runs/…")],
    changed: Annotated[
        bool, typer.Option("--changed", help="Do the faults that the experiment has now, not those of the saved plan.")
    ] = False,
    out_folder: Annotated[Path, typer.Option("--out", help="Where the new run's folder is made.")] = RUNS,
    as_json: AsJson = False,
) -> None:
    """Run a saved run again, with the same seed and the faults of its plan.json. Exit codes as for `gauntlet chaos run`."""
    try:
        folder = RunFolder(run_folder)
        facts = folder.record()
        require_no_mutant(facts)
        require_an_experiment(facts)
        experiment = find(facts.experiment, experiments(), "experiment")
        seed = Seed(facts.seed)
        plan = None if changed else folder.plan()
        known = judges_of({experiment.name: experiment})
        os.environ.update(facts.choices.environment)
        choose_placement(facts.choices.provider, facts.choices.proxy, proxied=True)
        require_folder(out_folder)
    except (
        NotARunError,
        UnknownNameError,
        RegistryError,
        StackError,
        PlanError,
        OtherCommandError,
        NotADirectoryError,
    ) as error:
        refuse(error)
    execution = Execution(out_folder, known, facts.choices, as_json, plan, bugs={experiment.name: facts.catches})
    execution.run(experiment, seed)
    raise typer.Exit(execution.exit_code)


def require_an_experiment(facts: RunRecord) -> None:
    """Raises OtherCommandError for a run of `gauntlet fuzz` or `gauntlet load`."""
    if facts.experiment == FUZZ:
        raise OtherCommandError(f"that run was fuzzing: do it again by `{facts.replay}`")
    if facts.experiment.startswith(LOAD):
        raise OtherCommandError(f"that run was a load: do it again by `{facts.replay}`")


def require_no_mutant(facts: RunRecord) -> None:
    """Raises OtherCommandError for a run with a known bug."""
    if bug := facts.choices.mutant:
        raise OtherCommandError(f"the known bug {bug} was planted for that run: do it again by `{facts.replay}`")
