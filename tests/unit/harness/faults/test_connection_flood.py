"""A flood is bounded, and only begun where there are files enough for it."""

import os
from types import SimpleNamespace
from typing import Any

import pytest

from harness.experiment import AssumptionError
from harness.faults.connection_flood import MOST, ConnectionFlood
from harness.stack.errors import NoSuchMember
from tests.unit.harness.faults.specs import spec


class FakeStack:
    """gateway-1 is this process."""

    def instance(self, name: str) -> Any:
        return SimpleNamespace(pid=os.getpid() if name == "gateway-1" else None)

    def address(self, name: str, port: str | None = None) -> str:
        if name.startswith("gateway"):
            return "127.0.0.1:1"
        raise NoSuchMember(f"no {name}")


SHOP: Any = SimpleNamespace(stack=FakeStack())


@pytest.mark.parametrize("count", [0, -1, MOST + 1])
def test_it_is_bounded(count: int) -> None:
    with pytest.raises(ValueError, match="1 to 5000"):
        ConnectionFlood(spec("connection_flood", "gateway-1", port="http", count=count))


async def test_a_few_can_be_opened_anywhere() -> None:
    await ConnectionFlood(spec("connection_flood", "gateway-1", port="http", count=1)).assume(SHOP)


async def test_one_that_does_not_run_cannot_be_flooded() -> None:
    with pytest.raises(AssumptionError, match="gateway-2 does not run"):
        await ConnectionFlood(spec("connection_flood", "gateway-2", port="http", count=1)).assume(SHOP)


async def test_one_that_does_not_exist_neither() -> None:
    with pytest.raises(AssumptionError, match="no mailbox"):
        await ConnectionFlood(spec("connection_flood", "mailbox", port="http", count=1)).assume(SHOP)
