"""Every hit is told once, also those of a script that replaced another one."""

import pytest

from chaos.subject.watchers.sandboxes import risen


@pytest.mark.parametrize(("before", "now", "new"), [(0, 0, 0), (0, 3, 3), (3, 3, 0), (3, 5, 2), (5, 0, 0), (5, 2, 2)])
def test_risen(before: int, now: int, new: int) -> None:
    assert risen(before, now) == (now, new)
