"""Every known bug can still be planted, and names an experiment that exists and a guarantee that this one is judged by."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from chaos.contracts import CONTRACTS
from chaos.mutants import MUTANTS
from chaos.proof.source import SOURCES
from harness.cli.mutants import detector_of
from harness.experiment import service_levels
from harness.mutants import Mutant, edited, planted

(SHOP,) = SOURCES
SERVICES = Path("system/services.toml")


def judged_by(mutant: Mutant) -> set[str]:
    """The guarantees of its detector, service levels included."""
    detector = detector_of(mutant)
    return {*detector.guarantees, *((service_levels.NAME,) if detector.levels else ())}


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_fits_the_shop_as_it_is(mutant: Mutant) -> None:
    if mutant.contracts:
        assert mutant.contracts in {checker.name for checker in CONTRACTS.checkers}
    else:
        assert {mutant.guarantee, *mutant.also} <= judged_by(mutant)
    for file, changed in edited(mutant, SERVICES).items():
        assert changed != (SERVICES.parent / file).read_text()
        if file.endswith(".py"):
            ast.parse(changed)


def test_the_copied_shop_imports_what_is_generated_from_changed_messages() -> None:
    (mutant,) = (each for each in MUTANTS if each.name == "expiry_by_another_number")
    with planted(mutant, SERVICES, SHOP.beside) as copy:
        asked = "from shop.order.v1 import order_pb2; print(order_pb2.Order.EXPIRES_AT_FIELD_NUMBER)"
        command = [sys.executable, "-c", asked]
        done = subprocess.run(command, cwd=copy.parent.parent, capture_output=True, text=True, check=True)  # noqa: S603 - Python
    assert done.stdout == "13\n"


def test_bugs_in_messages_and_in_migrations_are_known() -> None:
    files = [[edit.file for edit in mutant.edits] for mutant in MUTANTS]
    assert sum(any(file.startswith("../proto/") for file in each) for each in files) >= 4
    assert sum(any("/migrations/" in file for file in each) for each in files) >= 5


def test_bugs_of_many_experiments_are_known() -> None:
    assert len({mutant.experiment for mutant in MUTANTS if mutant.experiment}) >= 6


def test_bugs_that_fuzzing_alone_sees_are_known_in_its_parts() -> None:
    fuzzed = [mutant.fuzz for mutant in MUTANTS if mutant.fuzz]
    assert len(fuzzed) >= 10
    assert len(set(fuzzed)) >= 3
