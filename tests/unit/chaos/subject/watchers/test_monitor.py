"""Lines of MONITOR become commands at times of the history."""

from chaos.subject.watchers.monitor import parse

CLOCK_NS = 1_700_000_000_000_000_000


def test_a_command_of_a_client() -> None:
    heard = parse('+1700000012.250001 [0 127.0.0.1:5555] "SET" "lock:a" "order-1:ff" "PX" "8000"', 12_300_000_000, CLOCK_NS)
    assert heard is not None
    assert heard.words == ("SET", "lock:a", "order-1:ff", "PX", "8000")
    assert heard.at_ns == 12_250_001_000


def test_a_command_of_a_script() -> None:
    heard = parse('+1700000012.250001 [0 lua] "DEL" "lock:a"', 12_300_000_000, CLOCK_NS)
    assert heard is not None
    assert heard.words == ("DEL", "lock:a")


def test_quotes_inside_of_arguments_are_taken_as_they_are() -> None:
    heard = parse(r'+1700000012.250001 [0 unix:/tmp/x] "SET" "a \"b\" c" "\\d"', 12_300_000_000, CLOCK_NS)
    assert heard is not None
    assert heard.words == ("SET", 'a "b" c', r"\d")


def test_a_server_whose_clock_was_moved_is_not_asked_for_the_time() -> None:
    heard = parse('+1700003612.250001 [0 lua] "DEL" "lock:a"', 12_300_000_000, CLOCK_NS)
    assert heard is not None
    assert heard.at_ns == 12_300_000_000


def test_anything_else_is_no_command() -> None:
    assert parse("-LOADING Redis is loading the dataset in memory", 1, CLOCK_NS) is None
