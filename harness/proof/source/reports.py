"""The matrix as text, JSON and a page."""

import json
from dataclasses import asdict
from pathlib import Path

from rich.table import Table
from rich.text import Text

from harness.proof.source.cells import Cell
from harness.proof.source.coverage import WANTED
from harness.proof.source.standing import UNCLEAR, MatrixTable, Standing

STYLES = {
    Standing.CAUGHT: "green",
    Standing.BY_TESTS: "yellow",
    Standing.SURVIVED: "bold red",
    Standing.EXPLAINED: "cyan",
    Standing.STILLBORN: "dim",
    Standing.NOT_GREEN: "bold yellow",
    Standing.OPEN: "dim",
}
OUTCOMES = {
    Standing.CAUGHT: "PASS",
    Standing.BY_TESTS: "VACUOUS",
    Standing.SURVIVED: "FAIL",
    Standing.EXPLAINED: "PASS",
    Standing.STILLBORN: "VACUOUS",
    Standing.NOT_GREEN: "UNKNOWN",
    Standing.OPEN: "VACUOUS",
}
"""The outcome whose colour a page gives to a standing."""


def text_table(found: MatrixTable) -> Table:
    """A line for each mutant and detector."""
    shown = Table(box=None, pad_edge=False)
    for title in ("mutant", "stands", "detector", "took", "said"):
        shown.add_column(title, overflow="fold")
    for row in found.rows:
        stands = Text(row.standing, STYLES[row.standing])
        shown.add_row(Text(row.name, "bold"), stands, "", f"{row.seconds:.0f} s", Text(row.why[:120]))
        for cell in row.cells:
            shown.add_row("", Text(cell.seen), cell.detector, f"{cell.seconds:.0f} s", Text(", ".join(cell.by)[:120]))
    return shown


def guarantee_table(found: MatrixTable) -> Table:
    """A line for each guarantee: how many mutants it caught, and which; too few are marked."""
    shown = Table(box=None, pad_edge=False)
    for title in ("guarantee", "caught", "named", "mutants"):
        shown.add_column(title, overflow="fold")
    for row in found.guarantees:
        caught, named = str(len(row.caught)), str(len(row.named) or "")
        style = "bold yellow" if row.few else ""
        shown.add_row(
            Text(row.name, style), caught, named, Text(", ".join((*row.caught, *(f"({each})" for each in row.named))))
        )
    return shown


def summary(found: MatrixTable) -> str:
    """The numbers, in one line."""
    counts = ", ".join(f"{number} {standing}" for standing in Standing if (number := found.count(standing)))
    score = (
        "nothing is decided" if found.score is None else f"{100 * found.score:.0f} % of those decided and not explained caught"
    )
    few = sum(row.few for row in found.guarantees)
    owing = f"; {_number(few, 'guarantee')} with fewer than {WANTED} mutants caught" if few else ""
    return f"{_number(len(found.rows), 'mutant')}: {counts or 'none'}; {score}; {control_summary(found)}{owing}"


def control_summary(found: MatrixTable) -> str:
    """The controls, in words."""
    if not found.controls:
        return "no control was run"
    unclear = sum(cell.seen in UNCLEAR for cell in found.controls)
    more = f", {unclear} not green for another reason" if unclear else ""
    return f"{_number(len(found.alarms), 'false alarm')} in {_number(len(found.controls), 'control')}{more}"


def _number(count: int, of: str) -> str:
    return f"{count} {of}{'' if count == 1 else 's'}"


def as_json(found: MatrixTable) -> str:
    """All of it, for programs."""
    content = {
        "score": found.score,
        "counts": {standing: found.count(standing) for standing in Standing},
        "mutants": [asdict(row) | {"seconds": row.seconds} for row in found.rows],
        "controls": [asdict(cell) for cell in found.controls],
        "false_alarms": len(found.alarms),
        "guarantees": [asdict(row) | {"few": row.few} for row in found.guarantees],
    }
    return json.dumps(content, indent=2) + "\n"


def page(found: MatrixTable) -> str:
    """All of it, for people: a self-contained page."""
    from harness.report.page import environment

    detectors = list(dict.fromkeys(cell.detector for row in found.rows for cell in row.cells))
    return (
        environment()
        .get_template("matrix.html.j2")
        .render(
            found=found,
            detectors=detectors,
            cells={row.name: {cell.detector: cell for cell in row.cells} for row in found.rows},
            counts={standing: found.count(standing) for standing in Standing if found.count(standing)},
            outcomes=OUTCOMES,
            told=summary(found),
            controls=_by_detector(found.controls),
            wanted=WANTED,
        )
    )


def _by_detector(controls: tuple[Cell, ...]) -> dict[str, list[Cell]]:
    grouped: dict[str, list[Cell]] = {}
    for cell in controls:
        grouped.setdefault(cell.detector, []).append(cell)
    return grouped


def write(found: MatrixTable, folder: Path) -> Path:
    """Write matrix.json and matrix.html into a folder; returns the page. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "matrix.json").write_text(as_json(found))
    path = folder / "matrix.html"
    path.write_text(page(found))
    return path
