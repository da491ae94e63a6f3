"""Log lines are found by their time, whoever wrote them, and the loud ones stay when there are too many."""

from datetime import UTC, datetime

import pytest

from harness.report.logs import MOST_LINES, around, time_of, told

NOON = int(datetime(2026, 11, 22, 12, 0, tzinfo=UTC).timestamp()) * 1_000_000_000
LOCAL = int(datetime(2026, 11, 22, 12, 0).timestamp()) * 1_000_000_000  # noqa: DTZ001 - what servers log is local time
MS = 1_000_000


@pytest.mark.parametrize(
    ("line", "at_ns"),
    [
        ('{"event": "serving", "timestamp": "2026-11-22T12:00:00.250000Z"}', NOON + 250 * MS),
        ('{"event": "serving", "timestamp": "2026-11-22T13:00:00+01:00"}', NOON),
        ("2026-11-22 12:00:00.250000+00:00 [info] <0.902.0> accepting AMQP connection", NOON + 250 * MS),
        ("2026-11-22 12:00:00,133 INFO uvicorn.error Started", LOCAL + 133 * MS),
        ("2026-11-22 12:00:00 7 [Warning] Aborted connection 7", LOCAL),
        ("77:M 22 Nov 2026 12:00:00.178 * Ready to accept connections", LOCAL + 178 * MS),
        ('{"event": "no time"}', None),
        ('{"timestamp": 5}', None),
        ('{"timestamp": "yesterday"}', None),
        ("{broken", None),
        ("Traceback (most recent call last):", None),
        ("2026-13-45 99:00:00 nonsense", None),
        ("", None),
    ],
)
def test_the_time_of_a_line(line: str, at_ns: int | None) -> None:
    assert time_of(line) == at_ns


@pytest.mark.parametrize(
    ("line", "said", "loud"),
    [
        (
            '{"event": "batch failed", "level": "error", "instance": "o", "timestamp": "x", "n": 3}',
            "error: batch failed n=3",
            True,
        ),
        ('{"event": "serving", "level": "info"}', "serving", False),
        ("2026-11-22 12:00:00 7 [Warning] Aborted connection", "7 [Warning] Aborted connection", True),
        ("77:M 22 Nov 2026 12:00:00.178 * Ready to accept connections", "* Ready to accept connections", False),
        ("plain words", "plain words", False),
    ],
)
def test_what_a_line_says(line: str, said: str, loud: bool) -> None:
    assert told(line) == (said, loud)


def at(second: float, event: str, level: str = "info") -> str:
    stamp = datetime.fromtimestamp(NOON / 1e9 + second, UTC).isoformat()
    return f'{{"event": "{event}", "level": "{level}", "timestamp": "{stamp}"}}'


def test_lines_of_all_members_are_merged_by_time() -> None:
    logs = {
        "a": "\n".join([at(-9, "old"), at(1, "first"), "  a line without a time", at(9, "new")]),
        "b": "\n".join([at(0.5, "zeroth"), at(2, "last")]),
        "c": at(30, "late"),
        "d": "",
    }
    found = around(logs, NOON, NOON + 3_000 * MS)
    assert [(line.member, line.text) for line in found.lines] == [
        ("b", "zeroth"),
        ("a", "first"),
        ("a", "  a line without a time".strip()),
        ("b", "last"),
    ]
    assert (found.left_out, found.began_later) == (0, ("c",))


def test_too_many_lines_are_cut_but_the_loud_ones_stay() -> None:
    lines = [at(number / 1000, f"line {number}") for number in range(1000)]
    lines[0] = at(0, "loud", "error")
    found = around({"a": "\n".join(lines)}, NOON, NOON + 1_000 * MS)
    assert (len(found.lines), found.left_out) == (MOST_LINES, 1000 - MOST_LINES)
    assert found.lines[0].text == "error: loud"
    assert list(found.lines) == sorted(found.lines, key=lambda line: line.at_ns)
