from system.common import deadlines


def test_without_a_request_the_default_counts() -> None:
    assert deadlines.remaining(5.0) == 5.0


def test_the_nearer_deadline_wins_and_nesting_never_extends() -> None:
    with deadlines.within(2.0):
        assert deadlines.remaining(5.0) <= 2.0
        assert deadlines.remaining(0.5) == 0.5
        with deadlines.within(60.0):
            assert deadlines.remaining(90.0) <= 2.0
        with deadlines.within(None):
            assert deadlines.remaining(90.0) <= 2.0
    assert deadlines.remaining(5.0) == 5.0


def test_a_deadline_that_has_passed_leaves_nothing() -> None:
    with deadlines.within(-1.0):
        assert deadlines.remaining(5.0) == 0.0
