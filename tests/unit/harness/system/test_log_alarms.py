"""What is an alarm in a log, and that only what was logged since is read."""

from pathlib import Path

import pytest

from harness.system.log_alarms import LogAlarm, alarm, alarms, ends
from tests.unit.harness.system.fake_stack import FakeStack

BOOM = '{"level":"error","event":"unexpected error","exception":"Traceback (most recent call last): boom"}'


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (BOOM, "traceback"),
        ("Traceback (most recent call last):", "traceback"),
        ('{"level":"error","event":"batch failed","exception":"ValueError: no"}', "traceback"),
        ('{"level":"critical","event":"the books are gone"}', "critical"),
        ('{"level":"error","event":"message refused for good"}', ""),
        ('{"level":"warning","event":"delivery failed"}', ""),
        ("{torn", ""),
    ],
)
def test_alarms(line: str, why: str) -> None:
    assert alarm(line) == why


def test_only_what_was_logged_since_is_told(tmp_path: Path) -> None:
    stack = FakeStack(tmp_path)
    stack.members = stack.members[:1]
    log = stack.members[0].log
    log.write_text(f"{BOOM}\n")
    since = ends(stack)  # type: ignore[arg-type]  # as much of a stack as it asks for
    assert alarms(stack, since) == []  # type: ignore[arg-type]  # the same
    with log.open("a") as file:
        file.write(f"fine\n{BOOM}\n")
    assert alarms(stack, since) == [LogAlarm("order-1", "traceback", BOOM)]  # type: ignore[arg-type]  # the same
    log.write_text("Traceback (most recent call last):\n")  # begun anew
    assert len(alarms(stack, since)) == 1  # type: ignore[arg-type]  # the same
