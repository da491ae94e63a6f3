"""What a judgement is: accepted or not, crashed or not, and the exit code that follows."""

from collections.abc import Iterator
from dataclasses import dataclass

from harness.contracts.accepted import Acceptance
from harness.contracts.documents import Documents
from harness.contracts.finding import Finding, Level
from harness.contracts.judging import judge
from harness.exit_codes import ExitCode
from tests.unit.harness.contracts.contracts import WordsChecker, documents

BEFORE = documents("1.0.0", "apple [red]", "pear")


def accepted(where: str, against: str = "1.0.0") -> Acceptance:
    return Acceptance(against=against, contract="words", rule="word-removed", where=where, reason="nobody reads it")


def test_equal_documents_pass() -> None:
    judgement = judge([WordsChecker()], BEFORE, BEFORE)
    assert (judgement.exit_code, judgement.judged) == (ExitCode.PASS, ())


def test_a_breaking_change_fails() -> None:
    judgement = judge([WordsChecker()], BEFORE, documents("current", "pear"))
    assert judgement.exit_code is ExitCode.FAIL
    assert [each.finding.where for each in judgement.judged] == ["apple [red]"]


def test_an_addition_is_shown_and_passes() -> None:
    judgement = judge([WordsChecker()], BEFORE, documents("current", "apple [red]", "pear", "plum"))
    assert (judgement.exit_code, judgement.count(Level.INFO)) == (ExitCode.PASS, 1)


def test_an_accepted_change_passes_by_its_exact_place_or_a_glob() -> None:
    for where in ("apple [red]", "apple*"):
        judgement = judge([WordsChecker()], BEFORE, documents("current", "pear"), [accepted(where)])
        assert judgement.exit_code is ExitCode.PASS
        assert judgement.judged[0].acceptance == accepted(where)


def test_an_acceptance_of_another_release_is_void() -> None:
    judgement = judge([WordsChecker()], BEFORE, documents("current", "pear"), [accepted("apple*", against="0.9.0")])
    assert judgement.exit_code is ExitCode.FAIL


def test_an_acceptance_that_matches_nothing_is_a_warning() -> None:
    judgement = judge([WordsChecker()], BEFORE, BEFORE, [accepted("apple*")])
    assert [(each.finding.rule, each.finding.level) for each in judgement.judged] == [("acceptance-unused", Level.WARN)]


def test_an_acceptance_of_a_contract_that_was_not_checked_is_not_judged() -> None:
    other = Acceptance(against="1.0.0", contract="other", rule="r", where="w", reason="nobody reads it")
    assert judge([WordsChecker()], BEFORE, BEFORE, [other]).judged == ()


def test_a_release_without_the_document_is_a_warning_and_the_checker_is_not_asked() -> None:
    judgement = judge([WordsChecker()], Documents("1.0.0", {}), BEFORE)
    assert [(each.finding.rule, each.finding.level) for each in judgement.judged] == [("baseline-missing", Level.WARN)]


@dataclass(frozen=True)
class _Crashing(WordsChecker):
    name: str = "crashing"

    def check(self, released: Documents, current: Documents) -> Iterator[Finding]:
        yield from super().check(released, current)
        raise ValueError("a bracket too many")


def test_a_crashed_checker_is_inconclusive_and_the_others_are_asked() -> None:
    judgement = judge([_Crashing(), WordsChecker()], BEFORE, BEFORE)
    assert judgement.exit_code is ExitCode.INCONCLUSIVE
    assert judgement.crashed == (("crashing", "ValueError: a bracket too many"),)
    assert judge([_Crashing(), WordsChecker()], BEFORE, documents("current")).exit_code is ExitCode.FAIL


def test_nothing_checked_is_inconclusive() -> None:
    assert judge([], BEFORE, BEFORE).exit_code is ExitCode.INCONCLUSIVE
