"""memory_alarm: the broker says that it has no memory left, and stops reading from whoever publishes.

Connections stay open and heartbeats go on; a confirm simply never comes. The alarm is raised on the node as its own memory
monitor does it, by a call as `rabbitmqctl eval` makes it. (Lowering the watermark would do the same, when next looked at.)
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed
from typing import Any, Protocol, TypeVar

from harness.experiment import AssumptionError, Proof
from harness.stack.manifest import AdminAccess
from harness.stack.namespaces.erlang import ErlangError, Node
from harness.stack.namespaces.terms import Atom
from harness.waiting import wait_until

BROKER = "rabbitmq"
HEARD_S = 10.0
"""How long the node may take to hear of an alarm."""

T = TypeVar("T")


class Administered(Protocol):
    """What this fault needs of a manifest."""

    @property
    def admin(self) -> Mapping[str, AdminAccess]:
        """Ways into servers."""


class Stack(Protocol):
    """What it needs of a stack."""

    @property
    def manifest(self) -> Administered:
        """Its facts."""


class HasNode(Protocol):
    """A subject whose broker can be told things."""

    @property
    def stack(self) -> Stack:
        """Its members."""


class Talks(Protocol):
    """A connection to a node."""

    def call(self, module: str, function: str, arguments: Sequence[Any]) -> Any:
        """What a function returns. Raises ErlangError."""


def connected(subject: HasNode) -> AbstractContextManager[Talks]:
    """The broker's node. Raises OSError."""
    access = subject.stack.manifest.admin[BROKER]
    return Node(access.port, access.password)


class MemoryAlarm:
    """Raises the alarm; heals by clearing it."""

    target = BROKER

    def __init__(self, connect: Callable[[HasNode], AbstractContextManager[Talks]] = connected) -> None:
        self._connect = connect

    async def assume(self, subject: HasNode) -> None:
        """See Fault."""
        if BROKER not in subject.stack.manifest.admin:
            raise AssumptionError("nobody may administer the broker of this stack")
        if alarms := await asyncio.to_thread(self._on, subject, _alarms):
            raise AssumptionError(f"the broker is in alarm already: {alarms!r}")

    async def inject(self, subject: HasNode) -> None:
        """See Fault."""
        await asyncio.to_thread(self._on, subject, _raise)

    async def prove(self, subject: HasNode) -> Proof:
        """See Fault: the node says so, and has blocked somebody who wanted to publish."""
        alarms = await asyncio.to_thread(self._on, subject, _alarms)
        blocked = await asyncio.to_thread(self._on, subject, _blocked)
        said = f"{len(alarms)} alarms on the node, {blocked} connections blocked"
        return Proof(effective=bool(alarms) and blocked > 0, detail=said)

    async def heal(self, subject: HasNode) -> str:
        """See Fault."""
        await asyncio.to_thread(self._on, subject, _clear)
        return "no alarm on the node"

    def _on(self, subject: HasNode, do: Callable[[Talks], T]) -> T:
        with self._connect(subject) as node:
            return do(node)


def _memory(node: Talks) -> tuple[Atom, Atom, Any]:
    return Atom("resource_limit"), Atom("memory"), node.call("erlang", "node", [])


def _alarms(node: Talks) -> list[Any]:
    return list(node.call("rabbit_alarm", "get_alarms", []))


def _raise(node: Talks) -> None:
    node.call("rabbit_alarm", "set_alarm", [(_memory(node), [])])
    wait_until(lambda: _alarms(node), what="the alarm is heard", timeout_s=HEARD_S)


def _clear(node: Talks) -> None:
    node.call("rabbit_alarm", "clear_alarm", [_memory(node)])
    wait_until(lambda: not _alarms(node), what="the alarm is over", timeout_s=HEARD_S)


def _blocked(node: Talks) -> int:
    """Connections that the node reads nothing from, because they publish."""
    connections = node.call("rabbit_networking", "connections", [])
    return sum((Atom("state"), Atom("blocked")) in _state(node, each) for each in connections)


def _state(node: Talks, connection: Any) -> list[Any]:
    try:
        return list(node.call("rabbit_reader", "info", [connection, [Atom("state")]]))
    except ErlangError:
        return []  # it ended meanwhile


def memory_alarm() -> Callable[[Random], MemoryAlarm]:
    """No memory left at the broker."""
    return lambda _random: MemoryAlarm()
