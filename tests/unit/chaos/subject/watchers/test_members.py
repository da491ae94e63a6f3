"""A member that runs as another process was replaced; one that is merely away was not."""

from dataclasses import dataclass

import pytest

from chaos.subject.watchers.members import replaced


@dataclass(frozen=True)
class Seen:
    pid: int | None
    alive: bool
    name: str = "order-1"


@pytest.mark.parametrize(
    ("looks", "found"),
    [
        ([Seen(7, True), Seen(7, True)], []),
        ([Seen(7, True), Seen(8, True), Seen(8, True)], [("order-1", 7)]),
        ([Seen(7, True), Seen(7, False), Seen(8, True)], [("order-1", 7)]),
        ([Seen(7, True), Seen(7, False), Seen(7, False)], []),
        ([Seen(None, False), Seen(7, True)], []),
        ([Seen(7, True), Seen(8, True), Seen(9, True)], [("order-1", 7), ("order-1", 8)]),
        ([Seen(7, True), Seen(8, True, "order-2")], []),
    ],
)
def test_replaced(looks: list[Seen], found: list[tuple[str, int]]) -> None:
    seen: dict[str, int] = {}
    assert [each for look in looks for each in replaced(seen, [look])] == found
