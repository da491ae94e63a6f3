"""A counter that rose means messages delivered again; one that fell belongs to a new process."""

from chaos.subject.watchers.deliveries import growth


def test_only_what_came_since_the_last_look_counts() -> None:
    seen: dict[str, float] = {}
    assert [growth(seen, "order-1", {"order.place": total}) for total in (0.0, 3.0, 3.0, 5.0)] == [0, 3, 0, 2]


def test_a_new_process_counts_from_nought() -> None:
    seen: dict[str, float] = {"order-1": 9.0}
    assert growth(seen, "order-1", {"order.place": 2.0}) == 2
    assert growth(seen, "order-1", {"order.place": 4.0}) == 2


def test_one_that_is_away_has_not_counted_backwards() -> None:
    seen: dict[str, float] = {"order-1": 9.0}
    assert growth(seen, "order-1", None) == 0
    assert growth(seen, "order-1", {"order.place": 10.0}) == 1


def test_instances_do_not_mix() -> None:
    seen: dict[str, float] = {"order-1": 9.0}
    assert growth(seen, "order-2", {"order.place": 1.0}) == 1
