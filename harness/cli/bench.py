"""gauntlet bench: measurements, printed; no assertions on time."""

import json
from collections.abc import Callable
from dataclasses import asdict
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from harness.cli.console import err, out, print_error
from harness.exit_codes import ExitCode
from harness.seed import Seed
from harness.stack.errors import StackError
from harness.stack.providers import AUTO, PROVIDERS, choose
from harness.verdict import overall

BENCHES = Path(".gauntlet") / "bench"
GROUP = "gauntlet.benches"

bench = typer.Typer(help="Measure systems that are installed, and what the harness itself costs.", no_args_is_help=True)


@bench.callback()
def group() -> None:
    """Measure systems that are installed, and what the harness itself costs."""


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
        print_error(error)
        raise typer.Exit(ExitCode.TROUBLE) from error
    table = _table("load", "direct/s", "through/s", "ratio", "Toxiproxy", "CPU each")
    for each in results:
        ratios = (f"{each.ratio:.2f}", f"{each.target:.2f}")
        table.add_row(each.load, f"{each.direct:,.0f}", f"{each.proxied:,.0f}", *ratios, f"{each.cpu_us:.0f} µs")
    out.print(table)
    if json_file is not None:
        json_file.write_text(json.dumps([asdict(each) for each in results], indent=2) + "\n")


@bench.command("stack")
def bench_stack(
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the figures of all rounds to this file, too.")] = None,
    rounds: Annotated[int, typer.Option(min=1, help="How often the whole stack is started.")] = 3,
    topology: Annotated[Path, typer.Option(help="The services.toml to build from.")] = Path("system/services.toml"),
    provider: Annotated[str, typer.Option(help=f"Where servers come from: {', '.join((AUTO, *PROVIDERS))}.")] = "native",
) -> None:
    """Measure the cold start of a whole stack against its servers' own boots, attaching to it, and namespaces on it."""
    from harness.stack.bench import AIM, measure, middle
    from harness.stack.topology import Topology

    try:
        results = measure(
            Topology.load(topology), choose(provider).provider, rounds, lambda text: err.print(text, markup=False)
        )
    except StackError as error:
        print_error(error)
        raise typer.Exit(ExitCode.TROUBLE) from error
    one = middle(results)
    table = _table("member", "alone", "in the stack", "ready at")
    for part in one.parts:
        alone = f"{one.alone[part.name]:.2f} s" if part.name in one.alone else ""
        table.add_row(part.name, alone, f"{part.took_s:.2f} s", f"{part.ready_s:.2f} s")
    out.print(table)
    figures = _table("", "")
    figures.add_row("servers alone, one after the other", f"{one.sum_s:.2f} s")
    figures.add_row(f"slowest server alone ({one.slowest})", f"{one.alone[one.slowest]:.2f} s")
    figures.add_row("cold start, everything ready", f"{one.cold_s:.2f} s")
    figures.add_row(f"cold start / slowest server (aim {AIM})", f"{one.ratio:.2f}")
    figures.add_row("attach, in a process that runs", f"{one.attach_s * 1000:.1f} ms")
    figures.add_row("attach, from the start of a process to its end", f"{one.process_attach_s * 1000:.0f} ms")
    for what, seconds in (("make", one.make_s), ("reset", one.reset_s), ("drop", one.drop_s)):
        figures.add_row(f"namespace, {what} all of it", f"{seconds * 1000:.0f} ms")
    out.print(figures)
    if json_file is not None:
        json_file.write_text(json.dumps([asdict(each) for each in results], indent=2) + "\n")


@bench.command("checkers")
def bench_checkers(
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the figures to this file, too.")] = None,
    operations: Annotated[list[int] | None, typer.Option(help="A length; again for more. Default: 10^4, 10^5, 10^6.")] = None,
    run: Annotated[Path | None, typer.Option(help="The folder of a run to judge instead of a generated history.")] = None,
    maker: Annotated[str, typer.Option(help="The installed generator of histories.")] = "shop",
    seed: Annotated[str, typer.Option(help="The seed of the histories.")] = "1",
) -> None:
    """Measure judging: seconds and memory from the file to the last verdict. Exit codes as for `gauntlet chaos run`."""
    from harness.bench_checkers.measure import AIM_MB, AIM_S, LENGTHS, BenchError, measure, measure_run
    from harness.bench_checkers.worker import RESULT
    from harness.experiment import NotARunError, RunFolder

    try:
        note = (lambda text: err.print(text, markup=False)) if run is None else (lambda _text: None)
        if run is not None:
            RunFolder(run).record()
        results = [measure_run(run)] if run else measure(maker, operations or LENGTHS, Seed.parse(seed), note)
    except (NotARunError, ValueError) as error:
        print_error(error)
        raise typer.Exit(ExitCode.USAGE) from error
    except BenchError as error:
        print_error(error)
        raise typer.Exit(ExitCode.TROUBLE) from error
    table = _table("operations", "file", "read", "judged", "together", "CPU", "peak memory")
    for each in results:
        times = (f"{seconds:.1f} s" for seconds in (each.read_s, each.seconds - each.read_s, each.seconds, each.cpu_s))
        table.add_row(f"{each.operations:,}", f"{each.megabytes:,.0f} MB", *times, f"{each.peak_mb:,.0f} MB")
    out.print(table)
    out.print(f"aim: 1,000,000 operations in {AIM_S:g} s and {AIM_MB:,g} MB")
    if json_file is not None:
        json_file.write_text(
            json.dumps([{**RESULT.dump_python(each, mode="json"), "seconds": each.seconds} for each in results], indent=2)
            + "\n"
        )
    if missed := {f"{name}: {outcome}" for each in results for name, outcome in each.outcomes.items() if not outcome.green}:
        print_error(f"not every promise was judged and kept: {', '.join(sorted(missed))}")
        raise typer.Exit(overall(outcome for each in results for outcome in each.outcomes.values()).exit_code)


def _of_a_system(name: str) -> Callable[..., None]:
    """The command that runs the installed bench of that name."""

    def bench_system(
        scenarios: Annotated[list[str] | None, typer.Argument(help="Only these scenarios, by their names.")] = None,
        out_folder: Annotated[
            Path, typer.Option("--out", help="Where run folders, bench.json and bench.html are made.")
        ] = BENCHES,
        provider: Annotated[str, typer.Option(help=f"Where servers come from: {', '.join((AUTO, *PROVIDERS))}.")] = AUTO,
        topology: Annotated[Path | None, typer.Option(help="The services.toml of another build of the system.")] = None,
        seed: Annotated[str, typer.Option(help="The seed of the loads.")] = "1",
    ) -> None:
        """Measure a system under loads, and its parts alone; print a table, and write bench.json and bench.html.

        Exit codes as for `gauntlet chaos run`: a scenario that broke a promise is a failure, whatever its figures are.
        """
        from harness.cli.bench_system import run

        run(name, scenarios or [], out_folder, provider, topology, seed)

    return bench_system


def _table(first: str, *others: str) -> Table:
    """A table: first column to the left, the others to the right."""
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=bool(first))
    table.add_column(first, no_wrap=True)
    for title in others:
        table.add_column(title, justify="right", no_wrap=True)
    return table


for _point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
    bench.command(_point.name)(_of_a_system(_point.name))
