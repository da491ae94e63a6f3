"""gauntlet history: print what a saved run recorded, in the order of time; of one subject its story from all sources."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from harness.cli.console import err, out, refuse
from harness.cli.options import AsJson
from harness.exit_codes import ExitCode
from harness.experiment import NotARunError, RunFolder
from harness.history import CorruptHistoryError, MalformedHistoryError
from harness.report.story import story


def history(
    run_folder: Annotated[Path, typer.Argument(help="The folder of a run, e.g. .gauntlet/runs/…")],
    subject: Annotated[
        str, typer.Option(help="An id (of an order, a product, a user, …) or a client: its story alone, with its rows at rest.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Print the operations, events and faults of a run, seconds since its workload began first.

    Exit code 1 when nothing is recorded of the subject.
    """
    try:
        told = story(RunFolder(run_folder).read_history(), subject)
    except (NotARunError, CorruptHistoryError, MalformedHistoryError) as error:
        refuse(error)
    if as_json:
        out.print(json.dumps([asdict(each) for each in told]), markup=False, soft_wrap=True)
    else:
        for each in told:
            out.print(f"{each.at_s:10.3f}  {each.kind:<9}  {each.text}", markup=False, highlight=False, soft_wrap=True)
    if not told:
        err.print(f"nothing is recorded of {subject or 'anything'}", markup=False)
        raise typer.Exit(ExitCode.FAIL)
