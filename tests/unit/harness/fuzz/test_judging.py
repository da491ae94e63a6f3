"""A part's guarantee tells what was found from what showed once, from what was not reached, and from a part that broke."""

from pathlib import Path

import pytest

from harness.fuzz.finding import Finding
from harness.fuzz.fuzzing import Fuzzing
from harness.fuzz.judging import fuzzed
from harness.verdict import Outcome, Verdict
from tests.unit.harness.fuzz.kept import Kept, part

DOORS = fuzzed("doors", "Every door is shut.")
OPEN = Finding("doors", "open", "GET /door", "it was open", ("curl /door",))


@pytest.fixture
def sink() -> Kept:
    return Kept()


@pytest.fixture
def fuzzing(sink: Kept, tmp_path: Path) -> Fuzzing:
    return part(sink, tmp_path)


def judged(sink: Kept) -> Verdict:
    return DOORS.verdict(sink.history)


def test_what_was_tried_without_a_finding_passes(fuzzing: Fuzzing, sink: Kept) -> None:
    fuzzing.tried("GET /door", "404", 3)
    fuzzing.end()
    assert (judged(sink).outcome, judged(sink).counts["judged"]) == (Outcome.PASS, 3)


def test_a_finding_that_showed_twice_fails_with_its_commands(fuzzing: Fuzzing, sink: Kept) -> None:
    fuzzing.tried("GET /door", "200")
    fuzzing.found(OPEN, repeated=True)
    fuzzing.end()
    assert judged(sink).outcome is Outcome.FAIL
    assert judged(sink).evidence[0].what == "open at GET /door: it was open"
    assert judged(sink).evidence[0].facts["reproduce"] == ["curl /door"]


def test_a_finding_is_kept_though_its_part_never_ended(fuzzing: Fuzzing, sink: Kept) -> None:
    fuzzing.found(OPEN, repeated=True)
    assert judged(sink).outcome is Outcome.FAIL


def test_a_finding_that_showed_once_is_counted_and_no_failure(fuzzing: Fuzzing, sink: Kept) -> None:
    fuzzing.tried("GET /door", "200")
    fuzzing.found(OPEN, repeated=False)
    fuzzing.end()
    assert (judged(sink).outcome, judged(sink).counts["showed once"]) == (Outcome.PASS, 1)


def test_a_gap_is_vacuous_and_named(fuzzing: Fuzzing, sink: Kept) -> None:
    fuzzing.tried("GET /door", "401")
    fuzzing.gap("GET /window", "no window was made")
    fuzzing.end()
    assert judged(sink).outcome is Outcome.VACUOUS
    assert "GET /window: no window was made" in judged(sink).why


def test_a_part_that_did_nothing_or_never_ran_is_vacuous(fuzzing: Fuzzing, sink: Kept) -> None:
    assert judged(sink).outcome is Outcome.VACUOUS
    fuzzing.end()
    assert judged(sink).outcome is Outcome.VACUOUS


def test_a_part_that_broke_off_is_unknown(fuzzing: Fuzzing, sink: Kept) -> None:
    fuzzing.tried("GET /door", "404")
    fuzzing.end("ValueError: no")
    assert (judged(sink).outcome, judged(sink).why) == (Outcome.UNKNOWN, "the part broke off: ValueError: no")


def test_another_part_is_not_judged_by_it(fuzzing: Fuzzing, sink: Kept) -> None:
    fuzzing.found(OPEN, repeated=True)
    assert fuzzed("windows", "p").verdict(sink.history).outcome is Outcome.VACUOUS
