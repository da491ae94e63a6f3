import pytest

from harness.stack.bench import Round, middle


def a_round(cold_s: float, **alone: float) -> Round:
    return Round(alone=alone, parts=(), cold_s=cold_s, attach_s=0, process_attach_s=0, make_s=0, reset_s=0, drop_s=0)


def test_a_cold_start_is_compared_with_the_slowest_server_of_its_round() -> None:
    one = a_round(9, mysql=0.5, rabbitmq=6, cache=0.1)
    assert (one.slowest, one.ratio) == ("rabbitmq", 1.5)
    assert one.sum_s == pytest.approx(6.6)


def test_the_round_that_is_shown_is_the_one_in_the_middle() -> None:
    slow, usual, fast = a_round(20, a=1), a_round(3, a=2), a_round(1, a=1)
    assert middle([slow, usual, fast]) == usual
    assert middle([slow, fast]) == fast
    with pytest.raises(ValueError, match="no rounds"):
        middle([])
