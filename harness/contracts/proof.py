"""The proof of the checkers: every planted change that breaks is named by its rule, and no harmless one is flagged.

Each change is made in a copy of the base documents, and judged as if the base was released. What the base itself has
against itself is not counted, so that only what the change did is judged.
"""

import os
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from harness.contracts.checker import ContractChecker
from harness.contracts.documents import Documents
from harness.contracts.finding import Finding, Level
from harness.contracts.judging import found
from harness.contracts.planted import PlantedChange


@dataclass(frozen=True)
class Proved:
    """What became of one planted change: the rules that named it (ERR, WARN), how long the checker took, `wrong` if so."""

    change: PlantedChange
    rules: tuple[str, ...]
    took_s: float
    wrong: str = ""


def prove(changes: Sequence[PlantedChange], checkers: Sequence[ContractChecker], base: Documents) -> list[Proved]:
    """Plant and judge each of them, several at a time. Raises whatever a checker raises for the base itself."""
    known = {checker.name: checker for checker in checkers}
    asked = {change.contract for change in changes} & known.keys()
    before = {name: frozenset(found(known[name], base, base)) for name in sorted(asked)}

    def proved(change: PlantedChange) -> Proved:
        begin = time.perf_counter()
        rules, wrong = _judged(change, known, base, before)
        return Proved(change, rules, time.perf_counter() - begin, wrong)

    with ThreadPoolExecutor(os.cpu_count()) as threads:  # much of it is waiting for a tool of its own process
        return list(threads.map(proved, changes))


def _judged(
    change: PlantedChange,
    known: Mapping[str, ContractChecker],
    base: Documents,
    before: Mapping[str, frozenset[Finding]],
) -> tuple[tuple[str, ...], str]:
    checker = known.get(change.contract)
    if checker is None:
        return (), f"there is no checker {change.contract}"
    try:
        planted = change.edit(base)
        if planted == base:
            return (), "the edit changes nothing"
        flagged = [each for each in found(checker, base, planted) if each.level is not Level.INFO]
    except Exception as error:  # noqa: BLE001 - an edit or a checker may raise anything; it is told, and the others go on
        return (), f"{type(error).__name__}: {error}"
    rules = tuple(sorted({each.rule for each in flagged if each not in before[change.contract]}))
    if change.breaking and change.rule not in rules:
        return rules, f"{change.rule} did not name it"
    if not change.breaking and rules:
        return rules, "harmless, and flagged"
    return rules, ""
