"""gauntlet contracts consumers: declarations of consumers against what they were recorded to use."""

from pathlib import Path
from typing import Annotated

import typer

from harness.cli.console import err, out, print_error, refuse
from harness.exit_codes import ExitCode

consumers = typer.Typer(
    help="What consumers declare that they use, against what they were recorded to use.", no_args_is_help=True
)

Recorded = Annotated[Path, typer.Argument(help="The folder of the facts that a recorded run wrote (CONTRACTS_RECORD_DIR).")]
Declared = Annotated[Path, typer.Option(help="The folder of the declarations.")]
FOLDER = Path("contracts/consumers")


@consumers.command("verify")
def verify_consumers(
    recorded: Recorded,
    declared: Declared = FOLDER,
    complete: Annotated[
        bool, typer.Option("--complete", help="Everything was exercised: report what is declared and was never used, too.")
    ] = False,
) -> None:
    """Compare recorded traffic with the declarations.

    Exit code 0: all that was used is declared; 1: something is not; 3: nothing was recorded. WARN is shown and does not fail.
    """
    from harness.contracts.consumers.declaration import DeclarationError, load
    from harness.contracts.consumers.recorder import facts
    from harness.contracts.consumers.verify import verify
    from harness.contracts.finding import Level

    try:
        declarations = load(declared)
        found = facts.load(recorded)
    except (DeclarationError, ValueError) as error:
        refuse(error)
    if not found:
        print_error(f"{recorded} holds no facts: nothing was recorded, and nothing verified")
        raise typer.Exit(ExitCode.INCONCLUSIVE)
    findings = verify(found, declarations, complete=complete)
    for each in findings:
        out.print(f"{each.level:<4} {each.rule}: {each.where}", markup=False)
        out.print(f"     {each.message}", markup=False)
        for place in each.consumers:
            out.print(f"     at {place}", markup=False)
    wrong = sum(each.level is Level.ERR for each in findings)
    inside = sum(not each.outside for each in declarations)
    out.print(
        f"{len(found)} uses recorded, {inside} consumers: {wrong} wrong, {len(findings) - wrong} to look at", markup=False
    )
    raise typer.Exit(ExitCode.FAIL if wrong else ExitCode.PASS)


@consumers.command("derive")
def derive_consumers(
    recorded: Recorded,
    declared: Declared = FOLDER,
    exact: Annotated[
        bool, typer.Option("--exact", help="Drop what is declared and was not recorded: for a run that exercised everything.")
    ] = False,
) -> None:
    """Write what was recorded into the declarations. Look at the difference before it is committed: it is the contract.

    A new consumer begins as a file with its `name` and `code` alone.
    """
    from harness.contracts.consumers.declaration import DeclarationError, load, to_toml
    from harness.contracts.consumers.recorder import facts
    from harness.contracts.consumers.traffic import derived, owner_of, uses_in

    try:
        declarations = load(declared)
        found = facts.load(recorded)
    except (DeclarationError, ValueError) as error:
        refuse(error)
    for consumer in declarations:
        if consumer.outside:
            continue
        uses = uses_in(fact for fact in found if owner_of(fact, (consumer,)))
        file = declared / f"{consumer.name}.toml"
        text = to_toml(derived(consumer, uses, exact=exact))
        changed = text != file.read_text(encoding="utf-8")
        file.write_text(text, encoding="utf-8")
        out.print(f"{file}: {'written' if changed else 'as it was'}, {len(uses)} used", markup=False)
    if nobody := sorted({fact.place for fact in found if not owner_of(fact, declarations)}):
        err.print(f"no consumer has this code: {', '.join(nobody)}", markup=False)
