"""Who claims to see bugs in the shop's files exists, somebody claims each file, and what is explained is still there."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from chaos.contracts import CONTRACTS
from chaos.proof.source import SOURCES
from harness.cli.fuzz import the_suite
from harness.cli.mutants import detector_of
from harness.experiment import service_levels
from harness.mutants import Mutant, edited, load
from harness.proof.source.subject import detectors_for, read_claims, read_explained
from harness.registry import experiments, mutants

(SHOP,) = SOURCES
CLAIMS = read_claims(SHOP.claims)


def files() -> list[str]:
    found = {path for pattern in SHOP.files for path in SHOP.folder.glob(pattern)}
    out = {path for pattern in SHOP.left_out for path in SHOP.folder.glob(pattern)}
    return sorted(path.relative_to(SHOP.folder).as_posix() for path in found - out)


def test_every_detector_that_is_named_exists() -> None:
    known = {
        "experiment": {*experiments()},
        "fuzz": {part.name for part in the_suite().parts},
        "contracts": {checker.name for checker in CONTRACTS.checkers},
        "tests": {str(path) for path in Path("tests").rglob("*") if path.is_dir() or path.name.startswith("test_")},
    }
    named = {detector for claim in CLAIMS for detector in claim.detectors}
    assert [each for each in named if not {*names_in(each)} <= known[each.split(" ")[0]]] == []


def names_in(detector: str) -> Sequence[str]:
    """The parts, experiments or paths that a detector names; seconds are none."""
    return [each for each in detector.split(" ")[1:] if not each.isdecimal()]


def test_three_kinds_of_detectors_look_at_every_file() -> None:
    kinds = {file: {each.split(" ")[0] for each in detectors_for((file,), CLAIMS)} for file in files()}
    assert {file: found for file, found in kinds.items() if len(found) < 3} == {}


def test_tests_look_last_and_customers_first() -> None:
    for file in files():
        found = detectors_for((file,), CLAIMS)
        assert found[:2] == ("fuzz model 20", "experiment daring_customers")
        assert [each for each in found if not each.startswith("tests ")] == [
            *found[: -sum(e.startswith("tests ") for e in found)]
        ]


def test_somebody_claims_every_file_and_every_claim_is_of_a_file() -> None:
    assert [file for file in files() if not detectors_for((file,), CLAIMS)] == []
    patterns = [pattern for claim in CLAIMS for pattern in claim.files]
    declared = [f"../{path.relative_to(SHOP.folder.parent).as_posix()}" for path in SHOP.beside[0].folder.rglob("*.proto")]
    migrations = [path.relative_to(SHOP.folder).as_posix() for path in SHOP.folder.glob("*/migrations/*.py")]
    there = [*files(), *declared, *migrations]
    assert [pattern for pattern in patterns if not any(fnmatchcase(file, pattern) for file in there)] == []


@pytest.mark.parametrize("mutant", load(SHOP.candidates), ids=lambda mutant: mutant.name)
def test_a_candidate_fits_the_shop_as_it_is_and_is_none_that_is_known(mutant: Mutant) -> None:
    assert mutant.name not in mutants()
    assert mutant.contracts or mutant.guarantee in (*detector_of(mutant).guarantees, service_levels.NAME)
    for file, changed in edited(mutant, SHOP.topology).items():
        if file.endswith(".py"):
            compile(changed, file, "exec")


def test_what_is_explained_is_a_mutant_of_a_file_that_is_there() -> None:
    explained = read_explained(SHOP.explained)
    known = {*mutants(), *(each.name for each in load(SHOP.candidates))}
    assert [name for name in explained if name not in known and name.split(":")[0] not in files()] == []
    assert all(len(why) > 20 for why in explained.values())
