"""The messages in all queues of a RabbitMQ broker, including those not yet acknowledged by consumers.

Queues are purged over AMQP. How many messages there are is asked of the broker's node (`harness.stack.broker_queues`).
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar
from urllib.parse import unquote, urlsplit

import aio_pika
from aio_pika.exceptions import AMQPError, ChannelNotFoundEntity

from harness.stack.broker_queues import BrokerQueue, queues_of
from harness.stack.manifest import MemberRecord
from harness.stack.namespaces.erlang import Node
from harness.stack.reset.contents import Contents, NotClean, administered, contents
from harness.stack.view import StackView

_TIMEOUT_S = 10.0


@contents
class Messages(Contents):
    """The queues of a new stack must exist with as many consumers; other queues are deleted."""

    kind: ClassVar[str] = "rabbitmq"

    def __init__(self, view: StackView, server: MemberRecord) -> None:
        self._admin = administered(view, server)
        self._name = server.name
        self._url = view.amqp_url
        self._vhost = unquote(urlsplit(self._url).path.removeprefix("/"))
        self._consumers: Mapping[str, int] = {}

    def remember(self) -> None:
        """See Contents."""
        with self._failing():
            self._consumers = asyncio.run(self._consumed([queue.name for queue in self._queues() if not queue.exclusive]))

    def restore(self) -> None:
        """See Contents."""
        with self._failing():
            asyncio.run(self._purge([queue.name for queue in self._queues() if not queue.exclusive]))

    def left(self) -> Sequence[str]:
        """See Contents."""
        with self._failing():
            found = self._queues()
            now = asyncio.run(self._consumed([queue.name for queue in found if not queue.exclusive]))
            alarms = self._asked("rabbit_alarm", "get_alarms", [])
        left = [f"{queue.messages} messages in {queue.name}" for queue in found if queue.messages]
        left += [f"queue {name} was not there" for name in now.keys() - self._consumers.keys()]
        for name, wanted in self._consumers.items():
            if (there := now.get(name, 0)) < wanted:
                left.append(f"queue {name} has {there} of {wanted} consumers")
        return [f"{each} of {self._name}" for each in sorted(left)] + [f"alarm {alarm} of {self._name}" for alarm in alarms]

    def _queues(self) -> list[BrokerQueue]:
        with Node(self._admin.port, self._admin.password) as node:
            return queues_of(node, self._vhost)

    def _asked(self, module: str, function: str, arguments: Sequence[Any]) -> Any:
        with Node(self._admin.port, self._admin.password) as node:
            return node.call(module, function, arguments)

    async def _consumed(self, names: Sequence[str]) -> dict[str, int]:
        async with await aio_pika.connect(self._url, timeout=_TIMEOUT_S) as connection:
            channel = await connection.channel()
            declared = [await channel.declare_queue(name, passive=True) for name in names]
        return {queue.name: queue.declaration_result.consumer_count or 0 for queue in declared}

    async def _purge(self, names: Sequence[str]) -> None:
        async with await aio_pika.connect(self._url, timeout=_TIMEOUT_S) as connection:
            channel = await connection.channel()
            for name in names:
                if name in self._consumers:
                    await (await channel.get_queue(name, ensure=False)).purge()
                else:
                    await channel.queue_delete(name)

    @contextmanager
    def _failing(self) -> Iterator[None]:
        try:
            yield
        except (AMQPError, OSError, TimeoutError, ChannelNotFoundEntity) as error:
            raise NotClean(f"{self._name}: {error or type(error).__name__}") from error
