"""gauntlet bench: figures from a command that prints them, never from timed asserts."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from harness.cli.console import Code, complain, err, out

bench = typer.Typer(help="Measure what the harness itself costs.", no_args_is_help=True)


@bench.callback()
def group() -> None:
    """Measure what the harness itself costs."""


@bench.command("proxy")
def bench_proxy(
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the figures to this file, too.")] = None,
    rounds: Annotated[int, typer.Option(min=1, help="How often each load is run, directly and through the proxy.")] = 21,
) -> None:
    """Measure our proxy, without toxics, against direct connections, and against what the real Toxiproxy reached."""
    from harness.proxy.bench.loads import LoadFailed
    from harness.proxy.bench.measure import measure
    from harness.proxy.process import ProxyNotStarted

    try:
        results = measure(rounds, lambda text: err.print(text, markup=False))
    except (LoadFailed, ProxyNotStarted) as error:
        complain(error)
        raise typer.Exit(Code.FAILED) from error
    table = Table(box=None, padding=(0, 2, 0, 0))
    for title in ("load", "direct/s", "through/s", "ratio", "Toxiproxy", "CPU each"):
        table.add_column(title, justify="left" if title == "load" else "right", no_wrap=True)
    for each in results:
        ratios = (f"{each.ratio:.2f}", f"{each.target:.2f}")
        table.add_row(each.load, f"{each.direct:,.0f}", f"{each.proxied:,.0f}", *ratios, f"{each.cpu_us:.0f} µs")
    out.print(table)
    if json_file is not None:
        json_file.write_text(json.dumps([asdict(each) for each in results], indent=2) + "\n")
