"""The running shop keeps the contracts of the last release, and the checkers that say so are proved on planted changes."""

import pytest

from chaos.contracts import CONTRACTS
from harness.contracts.accepted import load
from harness.contracts.checker import ContractChecker
from harness.contracts.documents import Documents
from harness.contracts.finding import Level
from harness.contracts.judging import judge
from harness.contracts.proof import prove
from harness.contracts.reading import current_documents, saved_documents
from harness.contracts.released import Releases
from harness.contracts.reports import FORMATS
from harness.exit_codes import ExitCode
from harness.stack.view import StackView

LONG = {"proto", "openapi"}
"""Checkers whose proofs take half a minute: `make contracts-proof`, and nightly."""
PROVED = [
    pytest.param(each, id=each.name, marks=pytest.mark.nightly if each.name in LONG else ()) for each in CONTRACTS.checkers
]


@pytest.fixture(scope="module")
def current(stack: StackView) -> Documents:
    return current_documents(CONTRACTS, {name for checker in CONTRACTS.checkers for name in checker.current}, stack)


@pytest.mark.parametrize("checker", CONTRACTS.checkers, ids=lambda checker: checker.name)
def test_nothing_breaks_that_is_not_accepted(checker: ContractChecker, current: Documents) -> None:
    released = Releases(CONTRACTS.folder / "released").load()
    judgement = judge([checker], released, current, load(CONTRACTS.folder / "accepted.toml"))
    report = FORMATS["text"].write(judgement)
    assert judgement.exit_code is ExitCode.PASS, report
    assert judgement.count(Level.WARN) == 0, report


@pytest.mark.parametrize("checker", PROVED)
def test_planted_changes_are_named_by_their_rules_and_harmless_ones_pass(checker: ContractChecker) -> None:
    changes = [change for change in CONTRACTS.planted if change.contract == checker.name]
    results = prove(changes, [checker], saved_documents(CONTRACTS))
    assert [(each.change.name, each.wrong) for each in results if each.wrong] == []
    assert len(results) == len(changes)
