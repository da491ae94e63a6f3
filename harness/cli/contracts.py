"""gauntlet contracts: judge every interface of the system against what was released."""

from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.table import Table

from harness.cli.console import code_of, err, out, print_error, refuse
from harness.cli.consumers import consumers
from harness.cli.options import stack_folder
from harness.contracts.accepted import AcceptanceError, load
from harness.contracts.checker import ContractChecker, SourceError
from harness.contracts.documents import Documents
from harness.contracts.judging import judge
from harness.contracts.proof import Proved, prove
from harness.contracts.reading import current_documents, needs_stack, saved_documents
from harness.contracts.released import ReleaseError, Releases
from harness.contracts.system import ContractsError, SystemContracts, installed
from harness.exit_codes import ExitCode
from harness.stack.errors import StackError
from harness.stack.providers import AUTO, PROVIDERS

contracts = typer.Typer(
    help="Judge every interface of the system against what was released and what its consumers use.", no_args_is_help=True
)
contracts.add_typer(consumers, name="consumers")

Only = Annotated[str, typer.Option(help="Only these contracts, with commas between; see `gauntlet contracts list`.")]
Reuse = Annotated[
    str, typer.Option("--stack-reuse", help="Read the running stack of this name, instead of starting one for this.")
]
ProviderName = Annotated[str, typer.Option(help=f"Where servers come from: {', '.join((AUTO, *PROVIDERS))}.")]


@contracts.command("check")
def check_contracts(
    only: Only = "",
    against: Annotated[str, typer.Option(help="The release to compare with; default: the newest one.")] = "",
    form: Annotated[str, typer.Option("--format", help="text, json, junit, sarif, or github (annotations).")] = "text",
    out_folder: Annotated[Path | None, typer.Option("--out", help="Write every format into this folder, too.")] = None,
    stack: Reuse = "",
    provider: ProviderName = AUTO,
) -> None:
    """Compare the system as it is with a release, by every checker.

    Exit code 0: nothing breaks that is not accepted; 1: something does; 2: wrong use; 3: a checker could not judge;
    4: trouble of tool or machine. WARN and INFO are shown and do not fail.
    """
    from harness.contracts.reports import FORMATS, write_all

    if form not in FORMATS:
        raise typer.BadParameter(f"there is no format {form!r}; there are {', '.join(FORMATS)}", param_hint="--format")
    try:
        system = installed()
        chosen = _chosen(system, only)
        released = Releases(system.folder / "released").load(against)
        acceptances = load(system.folder / "accepted.toml")
    except (ContractsError, ImportError, ReleaseError, AcceptanceError, SourceError) as error:
        refuse(error)
    current = _current(system, {name for checker in chosen for name in checker.current}, stack, provider)
    judgement = judge(chosen, released, current, acceptances)
    if out_folder is not None:
        write_all(judgement, out_folder)
    out.print(FORMATS[form].write(judgement), markup=False, end="")
    raise typer.Exit(judgement.exit_code)


@contracts.command("release")
def release_contracts(
    version: Annotated[str, typer.Argument(help="The number of the version, such as 0.2.0.")],
    stack: Reuse = "",
    provider: ProviderName = AUTO,
) -> None:
    """Save the interfaces of the system as they are as a release, which is never edited any more.

    Acceptances of older releases are void from then on: remove them from accepted.toml.
    """
    try:
        system = installed()
        releases = Releases(system.folder / "released")
        releases.require_new(version)
    except (ContractsError, ImportError, ReleaseError) as error:
        refuse(error)
    documents = _current(system, set(system.released), stack, provider)
    folder = releases.add(version, documents)
    out.print(f"{folder}: {', '.join(sorted(documents.files))}", markup=False)


@contracts.command("list")
def list_contracts() -> None:
    """Show what is judged, the releases, and how many planted changes prove each checker."""
    try:
        system = installed()
        changes = system.planted
    except (ContractsError, ImportError) as error:
        refuse(error)
    table = Table(box=None, pad_edge=False)
    for title in ("contract", "judges", "needs", "planted"):
        table.add_column(title)
    for checker in system.checkers:
        needs = ", ".join(sorted({*checker.released, *checker.current}))
        planted = sum(1 for each in changes if each.contract == checker.name)
        table.add_row(checker.name, checker.about, needs, str(planted))
    out.print(table)
    releases = ", ".join(Releases(system.folder / "released").versions()) or "none"
    out.print(f"released: {releases}", markup=False)


@contracts.command("prove")
def prove_contracts(only: Only = "") -> None:
    """Plant changes into saved documents: each breaking one must be named by its rule, no harmless one flagged.

    Exit code 0: all went as they should; 1: one did not. Needs no server.
    """
    try:
        system = installed()
        chosen = _chosen(system, only)
        base = saved_documents(system)
        names = {checker.name for checker in chosen}
        changes = [each for each in system.planted if each.contract in names]
    except (ContractsError, ImportError, ReleaseError, SourceError) as error:
        refuse(error)
    results = prove(changes, chosen, base)
    _print_proof(results)
    if not results:
        raise typer.Exit(ExitCode.INCONCLUSIVE)
    raise typer.Exit(ExitCode.FAIL if any(each.wrong for each in results) else ExitCode.PASS)


def _chosen(system: SystemContracts, only: str) -> Sequence[ContractChecker]:
    names = [name.strip() for name in only.split(",") if name.strip()]
    known = {checker.name: checker for checker in system.checkers}
    if unknown := [name for name in names if name not in known]:
        raise ContractsError(f"there is no contract {', '.join(unknown)}; there are {', '.join(known)}")
    return [known[name] for name in names] or system.checkers


def _current(system: SystemContracts, names: set[str], stack: str, provider: str) -> Documents:
    """The documents as they are now, from one stack when any is live. Exits when they cannot be had."""
    from harness.cli.borrowed_stack import borrowed_stack

    def say(text: str) -> None:
        err.print(text, markup=False)

    try:
        reuse = stack_folder(stack) if stack else None
        needed = needs_stack(system, names)
        with borrowed_stack(system.topology, reuse, provider, say) if needed else nullcontext() as running:
            return current_documents(system, names, running)
    except StackError as error:
        print_error(error)
        raise typer.Exit(code_of(error) if stack else ExitCode.TROUBLE) from error
    except SourceError as error:
        _trouble(error)


def _trouble(error: Exception) -> NoReturn:
    print_error(error)
    raise typer.Exit(ExitCode.TROUBLE) from error


def _print_proof(results: Sequence[Proved]) -> None:
    table = Table(box=None, pad_edge=False)
    for title in ("contract", "planted change", "kind", "named by", "ms", ""):
        table.add_column(title)
    for each in results:
        kind = "breaking" if each.change.breaking else "harmless"
        result = f"WRONG: {each.wrong}" if each.wrong else "ok"
        rules = each.change.rule if each.change.rule in each.rules else ", ".join(each.rules)
        table.add_row(each.change.contract, each.change.name, kind, rules, f"{each.took_s * 1000:.0f}", result)
    out.print(table)
    breaking = [each for each in results if each.change.breaking]
    harmless = [each for each in results if not each.change.breaking]
    out.print(
        f"{_right(breaking)} of {len(breaking)} breaking changes caught by the right rule, "
        f"{_right(harmless)} of {len(harmless)} harmless ones not flagged, {sum(each.took_s for each in results):.1f} s",
        markup=False,
    )


def _right(results: Sequence[Proved]) -> int:
    return sum(1 for each in results if not each.wrong)
