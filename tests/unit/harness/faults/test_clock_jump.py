"""A clock that cannot be moved is an assumption that failed, and it is said what is missing."""

import os
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest

from harness.experiment import AssumptionError
from harness.faults.clock_jump import ClockJump
from harness.stack.errors import NoSuchMember
from tests.unit.harness.faults.specs import spec


@dataclass
class FakeStack:
    """One server, which is this very process: libfaketime is not loaded into it."""

    def instance(self, name: str) -> SimpleNamespace:
        if name != "redis-lock-1":
            raise NoSuchMember(f"this stack has no member {name}")
        return SimpleNamespace(pid=os.getpid(), alive=True)

    def redis_url(self, name: str) -> str:
        raise AssertionError("nobody is asked for the time")


SHOP: Any = SimpleNamespace(stack=FakeStack())


async def test_without_the_library_it_says_what_to_install() -> None:
    with pytest.raises(AssumptionError, match="apt-get install libfaketime"):
        await ClockJump(spec("clock_jump", "redis-lock-1", seconds=30)).assume(SHOP)


async def test_a_target_that_does_not_exist_is_an_assumption_that_failed() -> None:
    with pytest.raises(AssumptionError, match="no member redis-lock-9"):
        await ClockJump(spec("clock_jump", "redis-lock-9", seconds=30)).assume(SHOP)
