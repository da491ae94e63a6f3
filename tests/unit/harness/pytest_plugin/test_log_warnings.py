import pytest

from harness.pytest_plugin.log_warnings import LINES, WIDTH, excerpt, is_warning

COMPLAINT = '{"level": "error", "event": "no"}'


@pytest.mark.parametrize(
    "line",
    [
        COMPLAINT,
        '{"service": "order", "event": "late", "level": "warning"}',
        '{"level":"WARNING","logger":"asyncio","event":"x"}',
        '{"level":"WARNING","event":"torn',
        "2026-11-22 13:44:45 8 [Warning] Aborted connection 8 to db: 'order'",
        "2026-11-22T13:44:45.123456Z 0 [ERROR] [MY-010119] [Server] Aborting",
        "2026-11-22 13:45:29.758137+00:00 [error] <0.740.0> closing AMQP connection",
        "17760:M 22 Nov 2026 12:50:01.123 # WARNING overcommit_memory is set to 0",
        "17760:M 22 Nov 2026 12:50:01.123 # Can't save in background: fork: Cannot allocate memory",
        "ERROR:root:it broke",
        "Traceback (most recent call last):",
    ],
)
def test_warning_of_every_dialect(line: str) -> None:
    assert is_warning(line)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{",
        "{not json}",
        '{"level": "info", "event": "the customer wrote ERROR in capitals"}',
        '{"event": "no level"}',
        "2026-11-22 13:44:45 0 [Note] InnoDB: no errors",
        "2026-11-22 13:45:29.758137+00:00 [info] <0.740.0> closing AMQP connection",
        "17760:M 22 Nov 2026 12:50:01.123 * Ready to accept connections",
        '127.0.0.1 - - [22/Nov/2026 12:50:01] "GET /errors HTTP/1.1" 200 -',
    ],
)
def test_what_is_no_warning(line: str) -> None:
    assert not is_warning(line)


def test_without_a_warning_there_is_nothing_to_show() -> None:
    assert excerpt([]) == []
    assert excerpt(["a", "b"]) == []


def test_the_last_warning_is_shown_with_what_led_to_it_and_a_little_of_what_followed() -> None:
    lines = [f"before {n}" for n in range(100)] + [COMPLAINT] + [f"after {n}" for n in range(100)]
    shown = excerpt(lines)
    assert len(shown) == LINES
    assert COMPLAINT in shown
    assert (shown[0], shown[-1]) == ("before 71", "after 9")


def test_few_lines_are_shown_whole_and_long_ones_are_cut() -> None:
    assert excerpt(["a", COMPLAINT, "b"]) == ["a", COMPLAINT, "b"]
    assert excerpt([f"ERROR {'x' * WIDTH}"]) == [f"ERROR {'x' * (WIDTH - 6)}…"]
