"""Writes chaos/CATALOGUE.md from the registries: `python -m ci.catalogue`. The gate checks that it is current.

Guarantees, experiments, faults and mutants are listed with their docstrings or `about`; the page is not edited by hand.
"""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

from chaos.subject.watchers import WATCHERS
from harness.experiment import service_levels
from harness.faults.registry import load_kinds
from harness.registry import experiments, guarantees, mutants

PAGE = Path(__file__).resolve().parent.parent / "chaos" / "CATALOGUE.md"
HEAD = """# Catalogue

Written by `make catalogue` from what is installed; the gate checks that it is current.
"""


def text() -> str:
    """The text of the page."""
    return "\n".join([HEAD, *_guarantees(), *_experiments(), *_faults(), *_watchers(), *_mutants()]) + "\n"


def stale() -> list[str]:
    """The errors of the page: empty when it is current."""
    return [] if PAGE.exists() and PAGE.read_text() == text() else [f"{PAGE.name} is not current: run `make catalogue`"]


def _guarantees() -> Iterator[str]:
    yield "## Guarantees\n\n| Guarantee | Promise | Mutants that it is known to catch |\n|---|---|---|"
    known = mutants().values()
    promised = {name: each.promise for name, each in guarantees().items()} | {service_levels.NAME: service_levels.PROMISE}
    for name, promise in sorted(promised.items()):
        caught = sorted(mutant.name for mutant in known if name in (mutant.guarantee, *mutant.also))
        yield f"| `{name}` | {promise} | {len(caught)}{': ' if caught else ''}{', '.join(f'`{mutant}`' for mutant in caught)} |"
    yield ""


def _experiments() -> Iterator[str]:
    yield "## Experiments\n\n`make chaos EXPERIMENT=name SEED=n` runs one; those marked * run by default.\n"
    for name, each in sorted(experiments().items()):
        yield f"### {name}{'*' if each.default else ''}\n\n{each.about}\n"
        for plan in each.faults:
            yield f"- `{plan.name}` is injected when {plan.inject}; heals when {plan.heal}."
        yield f"- judged by {', '.join(f'`{guarantee}`' for guarantee in each.guarantees)}"
        if caught := sorted(mutant.name for mutant in mutants().values() if mutant.experiment == name):
            yield f"- known to catch {', '.join(f'`{mutant}`' for mutant in caught)}"
        yield ""


def _faults() -> Iterator[str]:
    yield "## Faults\n\nThose of `harness.faults` work on any system, those of `chaos.faults` on the shop.\n"
    yield "| Kind | What it does | Defined in |\n|---|---|---|"
    for kind, maker in sorted(load_kinds().items()):
        module = maker.__module__
        yield f"| `{kind}` | {_said(module).removeprefix(f'{kind}: ')} | `{module}` |"
    yield ""


def _watchers() -> Iterator[str]:
    yield "## Watchers\n\n| Watcher | What it records |\n|---|---|"
    for name, watcher in sorted(WATCHERS.items()):
        yield f"| `{name}` | {_first_paragraph(watcher.__doc__)} |"
    yield ""


def _mutants() -> Iterator[str]:
    yield "## Mutants\n\nKnown bugs, planted in a copy of the shop by `make mutants`.\n"
    yield "| Mutant | Bug | Experiment, fuzzer or contract that must fail | Guarantee or rule that must be named |"
    yield "|---|---|---|---|"
    for name, each in sorted(mutants().items()):
        yield f"| `{name}` | {each.about} | `{each.detector}` | `{each.guarantee}` |"


def _said(module: str) -> str:
    """The first paragraph of a module's docstring, on one line."""
    return _first_paragraph(importlib.import_module(module).__doc__)


def _first_paragraph(docstring: str | None) -> str:
    return " ".join((docstring or "").strip().partition("\n\n")[0].split())


def main() -> int:
    """Write the page; returns the exit code."""
    PAGE.write_text(text())
    sys.stdout.write(f"wrote {PAGE.relative_to(PAGE.parent.parent)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
