"""A proof tells what was seen, missed, undecided and never possible, false alarms, and guarantees that owe corruptions."""

from dataclasses import replace

import pytest

from harness.history import History
from harness.proof import Draft, HistoryProof, Judged, LegalHistory, Rows, corruptions, prove
from harness.proof.results import Attempt, lines
from harness.seed import Seed
from harness.verdict import Finding, Guarantee, Outcome, Violation, guarantee


@guarantee
def no_zero(history: History) -> Finding:
    """No number is zero."""
    rows = history.observed("numbers")
    return Finding(judged=len(rows), violations=tuple(Violation(what="a zero") for row in rows if row["n"] == 0))


@guarantee
def blind(history: History) -> Finding:
    """Whatever happens is fine."""
    return Finding(judged=1)


@guarantee
def breaks(history: History) -> Finding:
    """It cannot be judged."""
    raise LookupError("never observed")


NUMBERS = Rows("numbers")
KNOWN: dict[str, Guarantee] = {each.name: each for each in (no_zero, blind)}
CALM = LegalHistory("calm", lambda _seed: Draft(rows={"numbers": [{"n": 1}, {"n": 2}]}, observed_ns=9), calm=True)
STORMY = replace(CALM, name="stormy", calm=False)


def proof(*parts: object, histories: tuple[LegalHistory, ...] = (CALM,)) -> HistoryProof:
    return HistoryProof("numbers", histories, tuple(parts), {})  # type: ignore[arg-type]  # corruptions all


ZERO = corruptions("no_zero", {f"a number is zero ({n})": NUMBERS.change(n=0) for n in range(4)})
MISSED = corruptions("blind", {f"a number is zero ({n})": NUMBERS.change(n=0) for n in range(4)})


def test_what_is_seen_is_told_with_its_evidence() -> None:
    found = prove(proof(*ZERO), {"no_zero": no_zero}, [Seed(1), Seed(2)])
    assert found.holds
    assert [(line.seen, line.attempts, line.said) for line in found.lines] == [(2, 2, "a zero")] * 4
    assert found.histories == 2


def test_what_is_missed_is_told_with_its_history_and_seed() -> None:
    found = prove(proof(*ZERO, *MISSED), KNOWN, [Seed(7)])
    assert not found.holds
    assert [line.said for line in found.lines if not line.proven] == ["MISSED in calm, seed 7: "] * 4


def test_a_judge_that_cannot_judge_has_not_seen_it() -> None:
    undecided = corruptions("breaks", {"a number is zero": NUMBERS.change(n=0)})
    found = prove(proof(*undecided), {"breaks": breaks}, [Seed(1)])
    assert found.lines[0].said == "UNDECIDED in calm, seed 1: LookupError: never observed"
    assert [alarm.outcome for alarm in found.alarms] == [Outcome.UNKNOWN]


def test_what_could_never_be_done_proves_nothing() -> None:
    found = prove(proof(*corruptions("no_zero", {"a letter is gone": Rows("letters").drop()})), KNOWN, [Seed(1)])
    assert [(line.proven, line.attempts) for line in found.lines] == [(False, 0)]


def test_what_a_fault_could_excuse_is_tried_in_calm_histories_alone() -> None:
    calm = corruptions("no_zero", {"a number is zero": NUMBERS.change(n=0)}, calm=True)
    found = prove(proof(*calm, histories=(STORMY, CALM)), KNOWN, [Seed(1)])
    assert found.lines[0].attempts == 1


def test_a_legal_history_that_alarms_is_told() -> None:
    illegal = replace(CALM, make=lambda _seed: Draft(rows={"numbers": [{"n": 0}]}, observed_ns=9), corrupted=False)
    found = prove(proof(histories=(illegal,)), KNOWN, [Seed(3)])
    assert [(alarm.guarantee, alarm.outcome, alarm.seed) for alarm in found.alarms] == [("no_zero", Outcome.FAIL, 3)]


@pytest.mark.parametrize(("vacuous", "alarms"), [(frozenset({"blind"}), 1), (frozenset(), 0)])
def test_a_guarantee_with_nothing_to_judge_must_say_so(vacuous: frozenset[str], alarms: int) -> None:
    found = prove(proof(histories=(replace(CALM, vacuous=vacuous),)), KNOWN, [Seed(1)])
    assert len(found.alarms) == alarms


def test_a_guarantee_with_fewer_than_four_owes() -> None:
    assert proof(*ZERO, *MISSED[:3]).owing(KNOWN) == (("blind", 3),)
    assert replace(proof(*ZERO), exempt={"blind": "reason"}).owing(KNOWN) == ()


def test_one_miss_among_many_counts() -> None:
    attempts = [
        Attempt(corruption="c", guarantee="g", history="h", seed=seed, judged=judged, said="x")
        for seed, judged in enumerate((Judged.SEEN, Judged.MISSED, Judged.SEEN))
    ]
    (line,) = lines([("c", "g")], attempts)
    assert (line.proven, line.seen, line.said) == (False, 2, "MISSED in h, seed 1: x")
