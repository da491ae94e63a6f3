"""gauntlet prove: proof that the harness sees what it says it sees."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from harness.cli.console import err, out, refuse
from harness.cli.options import AsJson
from harness.cli.prove_matrix import prove_matrix
from harness.exit_codes import ExitCode
from harness.experiment import NotARunError, RunFolder
from harness.history import CorruptHistoryError
from harness.proof import HistoryProof, Proof, of_runs, prove
from harness.registry import RegistryError, guarantees, proofs
from harness.seed import Seed
from harness.verdict import Guarantee

group = typer.Typer(
    help="Prove that the harness sees: corrupt what it judges, and look whether it says so.", no_args_is_help=True
)


@group.callback()
def about() -> None:
    """Prove that the harness sees: corrupt what it judges, and look whether it says so."""


group.command("matrix")(prove_matrix)


@group.command("histories")
def prove_histories(
    seeds: Annotated[int, typer.Option(min=1, help="How many seeds, from 1 on; each makes every kind of history.")] = 5,
    seed: Annotated[str | None, typer.Option(help="One seed alone, e.g. that of an alarm.")] = None,
    every: Annotated[
        bool, typer.Option("--verbose-table", help="Show every corruption, not only those that were missed.")
    ] = False,
    runs: Annotated[
        list[Path] | None, typer.Option("--run", help="The folder of a run that passed, in place of generated ones.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Corrupt generated legal histories: the guarantee named must fail, and no legal history may. Needs no server.

    Exit code 0: all seen, no false alarm; 1: a corruption was missed, or a legal history alarmed; 3: a corruption could never
    be done, or a guarantee has fewer than 4.
    """
    try:
        known, installed = guarantees(), proofs()
        chosen = [Seed.parse(seed)] if seed is not None else [Seed(number) for number in range(1, seeds + 1)]
    except (RegistryError, ImportError, ValueError) as error:
        refuse(error)
    try:
        found = {name: _proved(each, known, chosen, [RunFolder(run) for run in runs or []]) for name, each in installed.items()}
    except (NotARunError, CorruptHistoryError) as error:
        refuse(error)
    if as_json:
        out.print(json.dumps({name: asdict(each) for name, each in found.items()}, indent=2), markup=False)
    else:
        for each in found.values():
            _print(each, every=every)
    raise typer.Exit(_exit_code(list(found.values())))


def _proved(proof: HistoryProof, known: Mapping[str, Guarantee], seeds: Sequence[Seed], runs: Sequence[RunFolder]) -> Proof:
    def progress(text: str) -> None:
        err.print(Text(text, "dim"))

    if not runs:
        return prove(proof, known, seeds, progress)
    parts = [
        prove(each, {name: known[name] for name in judged if name in known}, seeds, progress)
        for each, judged in of_runs(proof, runs)
    ]
    attempted = tuple(line for part in parts for line in part.lines if line.attempts)
    alarms = tuple(alarm for part in parts for alarm in part.alarms)
    return Proof(lines=attempted, alarms=alarms, histories=len(runs) * len(seeds), owing=())


def _print(proof: Proof, *, every: bool) -> None:
    shown = [line for line in proof.lines if every or not line.proven]
    if shown:
        table = Table(box=None, pad_edge=False)
        for title in ("guarantee", "corruption", "seen", "said"):
            table.add_column(title)
        for line in shown:
            style = "" if line.proven else "bold red"
            table.add_row(line.guarantee, Text(line.corruption, style), f"{line.seen}/{line.attempts}", Text(line.said[:160]))
        out.print(table)
    for alarm in proof.alarms:
        told = f"false alarm: {alarm.guarantee} is {alarm.outcome} in {alarm.history}, seed {alarm.seed}: {alarm.said}"
        out.print(Text(told, "bold red"))
    for guarantee, number in proof.owing:
        out.print(Text(f"{guarantee} has {number} corruptions; every guarantee needs 4", "bold yellow"))
    seen = sum(line.proven for line in proof.lines)
    out.print(
        f"{seen} of {len(proof.lines)} corruptions seen; {len(proof.alarms)} false alarms in {proof.histories} legal histories"
    )


def _exit_code(found: Sequence[Proof]) -> ExitCode:
    if any(line.seen < line.attempts for each in found for line in each.lines) or any(each.alarms for each in found):
        return ExitCode.FAIL
    return ExitCode.PASS if found and all(each.holds for each in found) else ExitCode.INCONCLUSIVE
