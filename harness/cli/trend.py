"""gauntlet trend: write the page of what nights have measured (`make nightly`), and say what changed."""

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from harness.cli.console import out, refuse
from harness.exit_codes import ExitCode
from harness.trend.night import read
from harness.trend.page import page
from harness.trend.series import series, told

NIGHTS = Path(".gauntlet") / "nights"
RECORD, PAGE = "nights.jsonl", "trend.html"


def trend(
    folder: Annotated[Path, typer.Argument(help="The folder that holds nights.jsonl.")] = NIGHTS,
    fail: Annotated[
        bool, typer.Option("--fail-on-change", help="Exit code 1 when the last five nights hold a change of a figure.")
    ] = False,
) -> None:
    """Write trend.html beside the nights' record, and print every change of a figure."""
    try:
        nights, lost = read(folder / RECORD)
        (folder / PAGE).write_text(page(nights, lost))
    except OSError as error:
        refuse(error)
    recent = False
    for each in series(nights):
        for change in each.changes:
            out.print(Text(told(each, change, nights)))
            recent |= each.nights[change.night] >= len(nights) - LATELY
    if lost:
        out.print(Text(f"{lost} lines of {folder / RECORD} could not be read"))
    out.print(Text(f"{len(nights)} nights: {(folder / PAGE).resolve()}"))
    if fail and recent:
        raise typer.Exit(ExitCode.FAIL)


LATELY = 5
"""Nights within which a change is news."""
