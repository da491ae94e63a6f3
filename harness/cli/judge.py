"""gauntlet judge: judge a saved run again, with the guarantees as they are now, without the system."""

import json
from pathlib import Path
from typing import Annotated

import typer

from harness import report
from harness.cli.console import Code, complain, err, out
from harness.cli.options import AsJson
from harness.experiment import NotARunError, RunFolder, judge_folder
from harness.history import CorruptHistoryError, MalformedHistoryError
from harness.registry import RegistryError, guarantees
from harness.report.console import print_verdict


def judge(
    run_folder: Annotated[Path, typer.Argument(help="The folder of a run, e.g. .gauntlet/runs/…")],
    as_json: AsJson = False,
) -> None:
    """Judge a run again and write its report anew. Exit codes as for `gauntlet chaos run`."""
    folder = RunFolder(run_folder)
    try:
        verdict = judge_folder(folder, guarantees())
        report.write(folder, verdict)
        runs = folder.path.resolve().parent
        if (runs / report.INDEX).exists():
            report.write_index(runs)
    except (NotARunError, CorruptHistoryError, MalformedHistoryError, RegistryError) as error:
        complain(error)
        raise typer.Exit(Code.USAGE) from error
    print_verdict(err if as_json else out, folder.facts(), folder, verdict)
    if as_json:
        out.print(json.dumps(json.loads(folder.verdict.read_bytes()) | {"folder": str(folder.path.resolve())}), markup=False)
    raise typer.Exit(verdict.outcome.exit_code)
