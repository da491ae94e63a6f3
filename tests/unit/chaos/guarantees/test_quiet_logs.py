"""quiet_logs and memory_bounded: what the shop's members logged, counted and grew by while they were fuzzed."""

from dataclasses import asdict

import pytest

from chaos.guarantees.memory_bounded import GROWTH, memory_bounded
from chaos.guarantees.quiet_logs import quiet_logs
from chaos.observations.health_over_time import ERRORS_COUNTED, LOG_ALARMS, MEMORY, ErrorsRow, LogAlarmRow, MemoryRow
from harness.history import History, Observation
from harness.verdict import Outcome


def watched(errors: list[ErrorsRow], logged: list[LogAlarmRow] | None = None) -> History:
    return History(
        [
            Observation(time_ns=1, subject=ERRORS_COUNTED, rows=tuple(asdict(each) for each in errors)),
            Observation(time_ns=1, subject=LOG_ALARMS, rows=tuple(asdict(each) for each in logged or [])),
        ]
    )


def grown(before: int | None, after: int) -> History:
    return History([Observation(time_ns=1, subject=MEMORY, rows=(asdict(MemoryRow("order-1", before, after)),))])


def test_members_that_count_no_error_and_log_none_pass() -> None:
    assert quiet_logs.verdict(watched([ErrorsRow("gateway-1", "500", 0)])).outcome is Outcome.PASS
    assert quiet_logs.verdict(watched([])).outcome is Outcome.VACUOUS


def test_an_answer_500_that_no_client_of_the_run_saw_fails() -> None:
    verdict = quiet_logs.verdict(watched([ErrorsRow("gateway-1", "500", 2), ErrorsRow("order-1", "INTERNAL", 0)]))
    assert [each.what for each in verdict.evidence] == ["gateway-1 answered 2 times 500"]


def test_a_traceback_fails_and_is_quoted() -> None:
    verdict = quiet_logs.verdict(watched([ErrorsRow("order-1", "INTERNAL", 0)], [LogAlarmRow("order-1", "traceback", "boom")]))
    assert [each.what for each in verdict.evidence] == ["order-1 logged a traceback: boom"]


@pytest.mark.parametrize(
    ("before", "after", "outcome"),
    [(100, 100 + GROWTH, Outcome.PASS), (100, 101 + GROWTH, Outcome.FAIL), (None, 1, Outcome.VACUOUS)],
)
def test_a_process_may_grow_by_so_much(before: int | None, after: int, outcome: Outcome) -> None:
    assert memory_bounded.verdict(grown(before, after)).outcome is outcome
