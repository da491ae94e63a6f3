"""gauntlet sagas: shows the sagas of a running shop that are parked, and takes them up again.

A saga is parked when its step failed 20 times although nothing was away: somebody has to mend the reason first.
"""

import json
from collections.abc import Sequence
from typing import Annotated, NoReturn

import pymysql
import typer
from rich.table import Table

from harness.cli.console import out, print_error
from harness.cli.endpoints import print_whole
from harness.cli.options import AsJson, Name, stack_folder
from harness.exit_codes import ExitCode
from harness.history import Row
from harness.stack.attach import attach
from harness.stack.errors import StackError
from harness.system.sql import Access, connected, rows

PARKED = (
    "SELECT id, kind, subject, state, step, defects, error, parked_at FROM sagas"
    " WHERE active = 1 AND parked_at IS NOT NULL ORDER BY parked_at"
)
RESUME = "UPDATE sagas SET parked_at = NULL, defects = 0, attempts = 0, due_at = UTC_TIMESTAMP(6) WHERE id = %s AND active = 1"


def command(
    name: Name = "default",
    resume: Annotated[
        list[str] | None, typer.Option(help="Take up the saga of this id again (several times for several).")
    ] = None,
    resume_all: Annotated[bool, typer.Option("--resume-all", help="Take up all of them again.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show the parked sagas of a running shop with the reason of each, or take them up again once that is mended."""
    try:
        access = attach(stack_folder(name)).mysql("order")
        parked = rows(access, PARKED)
        known = [str(row["id"]) for row in parked]
        wanted = known if resume_all else list(resume or ())
        if strangers := sorted(set(wanted) - set(known)):
            _fail(f"no parked saga has the id {', '.join(strangers)}; without --resume this command lists them")
        _take_up(access, wanted)
    except StackError as error:
        _fail(f"{error}; start one with `gauntlet up`")
    except pymysql.MySQLError as error:
        _fail(f"the database of the order service cannot be read: {error}")
    if as_json:
        out.print(json.dumps([{**row, "resumed": row["id"] in wanted} for row in parked], default=str), markup=False)
    else:
        _show(parked, wanted)


def _take_up(access: Access, ids: Sequence[str]) -> None:
    with connected(access) as cursor:
        for each in ids:
            cursor.execute(RESUME, (each,))
        cursor.connection.commit()


def _show(parked: Sequence[Row], resumed: Sequence[str]) -> None:
    if not parked:
        out.print("no saga is parked")
        return
    table = Table("id", "saga", "order", "step", "failed", "since (UTC)", "why")
    for row in parked:
        step = f"{row['state']} {row['step']}" + (", resumed" if row["id"] in resumed else "")
        table.add_row(*map(str, (row["id"], row["kind"], row["subject"], step, row["defects"], row["parked_at"], row["error"])))
    print_whole(table, out)


def _fail(why: str) -> NoReturn:
    print_error(why)
    raise typer.Exit(ExitCode.TROUBLE)
