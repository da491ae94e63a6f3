"""Every known bug can still be planted, and names an experiment that exists and a guarantee that this one is judged by."""

import ast
from pathlib import Path

import pytest

from chaos.mutants import MUTANTS
from harness.cli.mutants import detector_of
from harness.mutants import Mutant, planted

SERVICES = Path("system/services.toml")


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_fits_the_shop_as_it_is(mutant: Mutant) -> None:
    assert mutant.guarantee in detector_of(mutant).guarantees
    with planted(mutant, SERVICES) as copy:
        for edit in mutant.edits:
            changed = (copy.parent / edit.file).read_text()
            assert changed != (SERVICES.parent / edit.file).read_text()
            ast.parse(changed)


def test_bugs_of_many_experiments_are_known() -> None:
    assert len({mutant.experiment for mutant in MUTANTS if mutant.experiment}) >= 6


def test_bugs_that_fuzzing_alone_sees_are_known_in_its_parts() -> None:
    fuzzed = [mutant.fuzz for mutant in MUTANTS if mutant.fuzz]
    assert len(fuzzed) >= 10
    assert len(set(fuzzed)) >= 3
