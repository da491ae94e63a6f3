"""What a failed stage tells: the errors themselves, also when they come in a group of tasks."""

from harness.experiment.stages import told


def test_an_error_is_told_with_its_kind() -> None:
    assert told(OSError("no space")) == "OSError: no space"


def test_a_group_is_told_by_what_is_in_it_each_once() -> None:
    inner = ExceptionGroup("two", [ValueError("a"), ValueError("a")])
    assert told(ExceptionGroup("tasks", [inner, OSError("b")])) == "ValueError: a; OSError: b"
