"""The alarm is in force when the node says so and somebody is blocked by it; it is cleared again whatever came between."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, Self

import pytest

from harness.experiment import AssumptionError
from harness.faults.memory_alarm import MemoryAlarm
from harness.stack.namespaces.erlang import ErlangError
from harness.stack.namespaces.terms import Atom
from tests.unit.harness.faults.specs import spec

ALARM: Any = ((Atom("resource_limit"), Atom("memory"), Atom("rabbit@here")), [])


class FakeNode:
    """A broker's node; `connections` are their states, None for one that has just ended."""

    def __init__(self, *connections: str | None) -> None:
        self.alarms: list[Any] = []
        self.connections = connections

    def call(self, module: str, function: str, arguments: Sequence[Any]) -> Any:
        match module, function:
            case "erlang", "node":
                return Atom("rabbit@here")
            case "rabbit_alarm", "get_alarms":
                return list(self.alarms)
            case "rabbit_alarm", "set_alarm":
                self.alarms.append(arguments[0])
                return Atom("ok")
            case "rabbit_alarm", "clear_alarm":
                self.alarms = [alarm for alarm in self.alarms if alarm[0] != arguments[0]]
                return Atom("ok")
            case "rabbit_networking", "connections":
                return list(range(len(self.connections)))
            case "rabbit_reader", "info":
                if (state := self.connections[arguments[0]]) is None:
                    raise ErlangError("rabbit_reader:info answered {badrpc, ...}")
                return [(Atom("state"), Atom(state))]
        raise AssertionError(f"{module}:{function} is not asked for")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


SPEC = spec("memory_alarm", "rabbitmq")


def stack(**admin: object) -> Any:
    here = lambda name: SimpleNamespace(name=name, alive=True)  # noqa: E731 - a member that is there
    return SimpleNamespace(manifest=SimpleNamespace(admin=admin), instance=here)


SHOP: Any = SimpleNamespace(stack=stack(rabbitmq=None))


async def test_it_is_raised_and_cleared() -> None:
    node = FakeNode("running")
    fault = MemoryAlarm(SPEC, lambda *_: node)
    await fault.assume(SHOP)
    await fault.inject(SHOP)
    assert node.alarms == [ALARM]
    await fault.heal(SHOP)
    assert node.alarms == []


@pytest.mark.parametrize(
    ("connections", "effective"),
    [
        (("running", "blocked"), True),
        (("blocked", None), True),
        (("running", "blocking"), False),
        ((None,), False),
        ((), False),
    ],
)
async def test_it_is_proved_by_whom_it_blocked(connections: tuple[str | None, ...], effective: bool) -> None:
    node = FakeNode(*connections)
    fault = MemoryAlarm(SPEC, lambda *_: node)
    assert not (await fault.prove(SHOP)).effective, "no alarm yet"
    await fault.inject(SHOP)
    assert (await fault.prove(SHOP)).effective is effective


async def test_a_broker_in_alarm_already_proves_nothing() -> None:
    node = FakeNode()
    node.alarms.append(ALARM)
    with pytest.raises(AssumptionError, match="in alarm already"):
        await MemoryAlarm(SPEC, lambda *_: node).assume(SHOP)


async def test_one_that_nobody_may_administer_neither() -> None:
    nobody: Any = SimpleNamespace(stack=stack())
    with pytest.raises(AssumptionError, match="nobody may administer"):
        await MemoryAlarm(SPEC, lambda *_: FakeNode()).assume(nobody)


async def test_healing_what_was_never_injected_is_no_harm() -> None:
    node = FakeNode()
    await MemoryAlarm(SPEC, lambda *_: node).heal(SHOP)
    assert node.alarms == []
