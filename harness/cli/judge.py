"""gauntlet judge: judge a saved run again, with the guarantees as they are now, without the system."""

from pathlib import Path
from typing import Annotated

import typer

from harness import report
from harness.cli.console import err, refuse
from harness.cli.execution import conclude
from harness.cli.options import AsJson
from harness.experiment import NotARunError, RunFolder, judge_folder
from harness.history import CorruptHistoryError, MalformedHistoryError
from harness.registry import RegistryError, guarantees


def judge(
    run_folder: Annotated[Path, typer.Argument(help="The folder of a run, e.g. .gauntlet/runs/…")],
    as_json: AsJson = False,
) -> None:
    """Judge a run again and write its report anew, where that can be written. Exit codes as for `gauntlet chaos run`."""
    folder = RunFolder(run_folder)
    try:
        run = judge_folder(folder, guarantees())
    except (NotARunError, CorruptHistoryError, MalformedHistoryError, RegistryError) as error:
        refuse(error)
    runs = folder.path.resolve().parent
    if conclude(run, as_json=as_json) is None and (runs / report.INDEX).exists():
        try:
            report.write_index(runs)
        except OSError as error:
            err.print(f"warning: the list of runs is as it was: {error}", markup=False)
    raise typer.Exit(run.verdict.outcome.exit_code)
