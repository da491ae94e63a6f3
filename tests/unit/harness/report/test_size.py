"""A page stays small however long the run was: 100,000 operations, lanes of thousands, megabytes of logs."""

import pytest

from harness.history import Ending, History, Recorder
from harness.history.records import FaultPhase, Record
from harness.report.page import page
from harness.verdict import Outcome, RunVerdict, Verdict, Violation
from tests.unit.harness.report.pictured_run import FACTS, LOCKS, SAGAS
from tests.unit.harness.report.saved_run import SECOND, Clock

OPERATIONS = 100_000
LIMIT = 5 * 1024 * 1024


class Kept(list[Record]):
    """A sink in memory."""

    def write(self, record: Record) -> None:
        self.append(record)


def big_history() -> History:
    """An hour of operations with thousands of grants and saga steps, and a fault that comes and goes all the time."""
    kept, clock = Kept(), Clock()
    recorder = Recorder(kept, clock)
    recorder.begin("workload")
    for number in range(OPERATIONS):
        clock.to(number * 0.036)
        call = recorder.invoke(f"buyer-{number:06}", f"operation_{number % 100}", {"key": "k" * 40})
        clock.now += SECOND // 50
        call.end(Ending.FAIL, error=f"Error{number % 1000}: {'why ' * 50}", output={"order_id": f"order-{number:06}"})
        if number % 1000 == 0:
            recorder.fault("cut", "order-1->redis-lock-1", FaultPhase.INJECT if number % 2000 else FaultPhase.HEAL)
    at = [5_000 * SECOND + number * SECOND // 30 for number in range(OPERATIONS)]
    recorder.observe(
        LOCKS.subject,
        (
            {
                "resource": f"p{number % 900}",
                "holder": f"order-{number % 2}",
                "token": number,
                "begin_ns": begin,
                "end_ns": None,
            }
            for number, begin in enumerate(at[:20_000])
        ),
    )
    recorder.observe(
        SAGAS.subject,
        (
            {
                "saga_id": f"s{number // 4}", "subject": f"order-{number // 4:06}", "kind": "place", "step": "x" * 40,
                "direction": "do", "outcome": "done", "executor": f"order-{number % 2}", "created_ns": begin,
                "at_ns": begin + number,
            }
            for number, begin in enumerate(at[:50_000])
        ),
    )  # fmt: skip
    return History(tuple(kept))


@pytest.mark.nightly
def test_a_page_of_a_hundred_thousand_operations_is_below_five_megabytes() -> None:
    history = big_history()
    assert len(history.operations) == OPERATIONS
    evidence = tuple(
        Violation(what=f"{number}: {'much ' * 200}", operations=(*range(number + 1, number + 50),), facts={"x": "y" * 10_000})
        for number in range(2_000)
    )
    guarantees = tuple(
        Verdict(guarantee=f"g{number}", outcome=Outcome.FAIL, promise="It holds.", evidence=evidence) for number in range(14)
    )
    verdict = RunVerdict(experiment="big", seed=1, verdicts=guarantees, errors=("settle: " + "late " * 100_000,))
    logs = {f"member-{number}": "2026-11-22T12:00:01Z something happened\n" * 2_000 for number in range(20)}
    html = page(FACTS, history, verdict, logs)
    assert "lanes-sagas" in html
    assert len(html.encode()) < LIMIT
