"""What `gauntlet bench NAME` does: runs the scenarios of an installed bench on one stack, and shows what was measured."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import typer
from rich.table import Table
from rich.text import Text

from harness.cli.console import err, out, refuse
from harness.cli.execution import Execution, judges_of, require_folder
from harness.experiment import Choices
from harness.load.bench import Bench, Figure, Limit, UnknownScenarioError, figures
from harness.load.bench_page import page
from harness.registry import RegistryError, UnknownNameError
from harness.seed import Seed
from harness.stack.errors import StackError
from harness.system import choose_placement

GROUP = "gauntlet.benches"


def run(name: str, scenarios: Sequence[str], folder: Path, provider: str, topology: Path | None, seed: str) -> None:
    """Run a bench. Raises typer.Exit with the exit code of its runs, or of a refusal."""
    try:
        bench = installed(name)
        experiments = bench.experiments(scenarios)
        judges = judges_of({each.name: each for each in experiments})
        first = Seed.parse(seed)
        require_folder(folder)
        placement = choose_placement(provider, "", proxied=False)
        err.print(Text(placement.provider_told))
        build = topology.resolve() if topology is not None else None
        choices = Choices(placement.provider.name, build, placement.proxy, environment=placement.environment)
    except (
        UnknownNameError,
        UnknownScenarioError,
        RegistryError,
        StackError,
        NotADirectoryError,
        ImportError,
        ValueError,
    ) as error:
        refuse(error)
    execution = Execution(folder, judges, choices)
    execution.run_all(experiments, first)
    found, limits = figures(bench, [each for each, _ in execution.concluded])
    _show(found, limits)
    content = {"scenarios": [asdict(each) for each in found], "limits": [asdict(each) for each in limits]}
    (folder / "bench.json").write_text(json.dumps(content, indent=2) + "\n")
    (folder / "bench.html").write_text(page(bench.about, found, limits))
    out.print(Text(f"{(folder / 'bench.json').resolve()}\n{(folder / 'bench.html').resolve()}"))
    raise typer.Exit(execution.exit_code)


def installed(name: str) -> Bench[Any]:
    """The bench of that name. Raises RegistryError, ImportError."""
    for point in entry_points(group=GROUP, name=name):
        found = point.load()
        if isinstance(found, Bench):
            return found
        raise RegistryError(f"{point.value} ({GROUP}) is no Bench")
    raise RegistryError(f"there is no bench {name}")


def _show(found: Sequence[Figure], limits: Sequence[Limit]) -> None:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("scenario")
    for title in ("per s", "p50 ms", "p95 ms", "p99 ms", "CPU-ms each"):
        table.add_column(title, justify="right")
    for each in found:
        latencies = (f"{value:,.0f}" for value in (each.p50_ms, each.p95_ms, each.p99_ms))
        table.add_row(Text(each.name), f"{each.per_second:,.1f}", *latencies, f"{each.cpu_ms:.2f}")
    out.print(table)
    parts = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    parts.add_column("part alone")
    for title in ("per s", "CPU-ms each"):
        parts.add_column(title, justify="right")
    for limit in limits:
        parts.add_row(Text(limit.name), f"{limit.per_second:,.0f}", f"{limit.cpu_ms:.3f}")
    out.print(parts)
