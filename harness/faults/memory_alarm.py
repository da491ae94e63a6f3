"""memory_alarm: RabbitMQ's memory alarm: the broker stops reading from connections that publish.

Connections stay open and heartbeats go on; confirms do not arrive. The alarm is raised on the node as its own memory monitor
does it, by a call as of `rabbitmqctl eval`. (Lowering the watermark has the same effect only at the monitor's next check.)
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeVar

from harness.faults.control import HasStack
from harness.faults.fault import StackFault
from harness.faults.inventory import Declaration
from harness.faults.protocol import AssumptionError, Proof
from harness.faults.registry import fault_kind
from harness.faults.spec import FaultSpec
from harness.faults.targets import member
from harness.stack.namespaces.erlang import ErlangError, Node
from harness.stack.namespaces.terms import Atom
from harness.waiting import wait_until

MEMORY_ALARM = "memory_alarm"
HEARD_S = 10.0
"""Within how many seconds the node has to apply an alarm."""

T = TypeVar("T")


class NodeConnection(Protocol):
    """A connection to an Erlang node."""

    def call(self, module: str, function: str, arguments: Sequence[Any]) -> Any:
        """Call a function; returns its result. Raises ErlangError."""


def connected(subject: HasStack, broker: str) -> AbstractContextManager[NodeConnection]:
    """A connection to the broker's node. Raises OSError."""
    access = subject.stack.manifest.admin[broker]
    return Node(access.port, access.password)


@fault_kind(MEMORY_ALARM)
class MemoryAlarm(StackFault):
    """Raises the alarm on a RabbitMQ server; heals by clearing it."""

    def __init__(
        self, spec: FaultSpec, connect: Callable[[HasStack, str], AbstractContextManager[NodeConnection]] = connected
    ) -> None:
        super().__init__(spec)
        self._connect = connect

    async def assume(self, subject: HasStack) -> None:
        """See Fault."""
        await super().assume(subject)
        if self.member not in subject.stack.manifest.admin:
            raise AssumptionError(f"nobody may administer {self.member}")
        if alarms := await asyncio.to_thread(self._on, subject, _alarms):
            raise AssumptionError(f"{self.member} is in alarm already: {alarms!r}")

    async def inject(self, subject: HasStack) -> None:
        """See Fault."""
        await asyncio.to_thread(self._on, subject, _raise)

    async def prove(self, subject: HasStack) -> Proof:
        """See Fault: the node lists the alarm, and has blocked a connection that publishes."""
        alarms = await asyncio.to_thread(self._on, subject, _alarms)
        blocked = await asyncio.to_thread(self._on, subject, _blocked)
        said = f"{len(alarms)} alarms on the node, {blocked} connections blocked"
        return Proof(effective=bool(alarms) and blocked > 0, detail=said)

    async def heal(self, subject: HasStack) -> str:
        """See Fault."""
        await asyncio.to_thread(self._on, subject, _clear)
        return "no alarm on the node"

    def _on(self, subject: HasStack, do: Callable[[NodeConnection], T]) -> T:
        with self._connect(subject, self.member) as node:
            return do(node)


def _memory(node: NodeConnection) -> tuple[Atom, Atom, Any]:
    return Atom("resource_limit"), Atom("memory"), node.call("erlang", "node", [])


def _alarms(node: NodeConnection) -> list[Any]:
    return list(node.call("rabbit_alarm", "get_alarms", []))


def _raise(node: NodeConnection) -> None:
    node.call("rabbit_alarm", "set_alarm", [(_memory(node), [])])
    wait_until(lambda: _alarms(node), what="the alarm is heard", timeout_s=HEARD_S)


def _clear(node: NodeConnection) -> None:
    node.call("rabbit_alarm", "clear_alarm", [_memory(node)])
    wait_until(lambda: not _alarms(node), what="the alarm is over", timeout_s=HEARD_S)


def _blocked(node: NodeConnection) -> int:
    """Number of blocked connections of publishers."""
    connections = node.call("rabbit_networking", "connections", [])
    return sum((Atom("state"), Atom("blocked")) in _state(node, each) for each in connections)


def _state(node: NodeConnection, connection: Any) -> list[Any]:
    try:
        return list(node.call("rabbit_reader", "info", [connection, [Atom("state")]]))
    except ErlangError:
        return []  # it was closed meanwhile


def memory_alarm(target: str) -> Declaration:
    """Raise the memory alarm of this broker."""
    return member(MEMORY_ALARM, target)
