import pytest

from harness.stack.ports import pool


@pytest.mark.parametrize(
    ("ephemeral", "first", "last"),
    [
        ("32768\t60999\n", 10240, 32767),  # Linux as it comes
        ("10000 20000", 20001, 65535),
        ("15000 64000", 10240, 14999),
        ("1024 65535", 10240, 65535),  # nothing is left outside: anything is better than nothing
        (None, 10240, 65535),
    ],
)
def test_ports_come_from_outside_the_ephemeral_range_where_there_is_room(ephemeral: str | None, first: int, last: int) -> None:
    ports = pool(ephemeral)
    assert (ports[0], ports[-1]) == (first, last)
