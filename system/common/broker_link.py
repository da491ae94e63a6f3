"""A service's connection to the broker, made beside it: the service starts, and serves what needs no broker, without one."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from system.common import broker
from system.common.broker import Publisher, QueueSpec
from system.common.consumer import BatchConsumer, Handle
from system.common.errors import Unavailable


@dataclass
class BrokerLink:
    """Consumes a queue, and publishes the events of the queues `announced`, over one connection."""

    url: str
    instance: str
    announced: Sequence[QueueSpec]
    _publisher: Publisher | None = field(default=None, init=False)

    async def publish_event(self, body: bytes, *, topic: str, message_id: str, headers: Mapping[str, str]) -> None:
        """See Publisher. Raises Unavailable also before there was a connection."""
        if self._publisher is None:
            raise Unavailable("the broker was not reached yet", retry_after_s=1)
        await self._publisher.publish_event(body, topic=topic, message_id=message_id, headers=headers)

    async def loop(self, spec: QueueSpec, handle: Handle, batch: int, stop: asyncio.Event) -> None:
        """Connect, and consume until `stop`. Raises OSError, AMQPError when there is no broker: to be called again."""
        async with broker.connect(self.url, self.instance) as connection:
            self._publisher = await Publisher.open(connection, *self.announced)
            try:
                await BatchConsumer(connection, spec, handle, batch=batch).loop(stop)
            finally:
                if not stop.is_set():
                    self._publisher = None
