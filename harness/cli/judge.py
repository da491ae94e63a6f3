"""gauntlet judge: judge a saved run again, with the guarantees as they are now, without the system."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from harness import report
from harness.cli.console import err, out, refuse
from harness.cli.execution import conclude
from harness.cli.options import AsJson
from harness.exit_codes import ExitCode
from harness.experiment import JudgedRun, NotARunError, RunFolder, judge_folder
from harness.experiment.judging import judge as judge_history
from harness.history import CorruptHistoryError, MalformedHistoryError
from harness.registry import RegistryError, UnknownNameError, find, guarantees
from harness.report.console import print_verdict
from harness.verdict import Guarantee


def judge(
    run_folder: Annotated[Path, typer.Argument(help="The folder of a run, e.g. .gauntlet/runs/…")],
    only: Annotated[
        list[str] | None,
        typer.Option("--guarantee", help="By this guarantee, whether or not the run named it; again for more."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="By every guarantee that is installed today.")] = False,
    as_json: AsJson = False,
) -> None:
    """Judge a run again and write its report anew, where that can be written. Exit codes as for `gauntlet chaos run`.

    With other guarantees than its own (--guarantee, --all) the verdict is printed, and the run's files stay as they are.
    """
    folder = RunFolder(run_folder)
    try:
        known = guarantees()
        if only or everything:
            names = [*known] if everything else [find(name, known, "guarantee").name for name in only or ()]
            raise typer.Exit(_by(names, folder, known, as_json=as_json))
        run = judge_folder(folder, known)
    except (NotARunError, CorruptHistoryError, MalformedHistoryError, RegistryError, UnknownNameError) as error:
        refuse(error)
    runs = folder.path.resolve().parent
    if conclude(run, as_json=as_json) is None and (runs / report.INDEX).exists():
        try:
            report.write_index(runs)
        except OSError as error:
            err.print(f"warning: the list of runs is as it was: {error}", markup=False)
    raise typer.Exit(run.verdict.outcome.exit_code)


def _by(names: Sequence[str], folder: RunFolder, known: Mapping[str, Guarantee], *, as_json: bool) -> ExitCode:
    """Print what these guarantees say of a run. Raises NotARunError, CorruptHistoryError, MalformedHistoryError."""
    facts, history = folder.record(), folder.read_history()
    facts = replace(facts, guarantees=tuple(names), levels=(), ceilings=())
    run = JudgedRun(folder, facts, history, judge_history(facts, history, known))
    print_verdict(err if as_json else out, run)
    if as_json:
        out.print(report.verdict_of(run).decode(), markup=False, soft_wrap=True)
    return run.verdict.outcome.exit_code
