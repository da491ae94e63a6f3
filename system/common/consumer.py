"""Batches from a queue: whatever has arrived is handled together, up to a limit, one batch at a time.

Nothing waits for a batch to fill: the first message opens it, and what arrived meanwhile joins. While a batch is handled
the next one gathers, so batches grow with the load. Delivered again means handled again: handlers are idempotent.
What came over a channel that has closed since is dropped, and each message is settled by itself, so that deliveries from
before a reconnect leave none of after it unsettled.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from aio_pika.abc import AbstractChannel, AbstractIncomingMessage, AbstractRobustConnection

from system.common.background import pause
from system.common.broker import LOST, QueueSpec, came_over_open_channel, declare
from system.common.errors import ShopError
from system.common.randomness import backoff
from system.common.telemetry import BATCHES, HANDLING, REDELIVERED, log

Handle = Callable[[AbstractChannel, Sequence[AbstractIncomingMessage]], Awaitable[None]]
"""Handles and settles (ack or dead-letter) every message of a batch; raises ShopError when it should be tried again later."""


class BatchConsumer:
    """A background loop that feeds `handle` from a queue."""

    def __init__(self, connection: AbstractRobustConnection, spec: QueueSpec, handle: Handle, *, batch: int) -> None:
        self._connection = connection
        self._spec = spec
        self._handle = handle
        self._batch = batch

    async def loop(self, stop: asyncio.Event) -> None:
        """Consume until `stop`; the batch in hand is finished, undelivered messages go back to the queue."""
        async with self._connection.channel() as channel:
            await channel.set_qos(prefetch_count=self._batch * 2)
            queue = await declare(channel, self._spec)
            arrived: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()
            tag = await queue.consume(arrived.put)
            try:
                while not stop.is_set():
                    if messages := _open(await self._gather(arrived, stop)):
                        BATCHES.labels(self._spec.name).observe(len(messages))
                        REDELIVERED.labels(self._spec.name).inc(sum(bool(message.redelivered) for message in messages))
                        HANDLING.labels(self._spec.name).set(len(messages))
                        await self._settle(channel, messages, stop)
                        HANDLING.labels(self._spec.name).set(0)
            finally:
                HANDLING.labels(self._spec.name).set(0)
                try:
                    await queue.cancel(tag)
                except (*LOST, RuntimeError) as error:
                    log.info("consumer was already gone", error=repr(error))

    async def _gather(
        self, arrived: asyncio.Queue[AbstractIncomingMessage], stop: asyncio.Event
    ) -> Sequence[AbstractIncomingMessage]:
        first, stopped = asyncio.create_task(arrived.get()), asyncio.create_task(stop.wait())
        try:
            await asyncio.wait((first, stopped), return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopped.cancel()
        if not first.done():
            first.cancel()
            return ()
        messages = [first.result()]
        while len(messages) < self._batch and not arrived.empty():
            messages.append(arrived.get_nowait())
        return messages

    async def _settle(self, channel: AbstractChannel, messages: Sequence[AbstractIncomingMessage], stop: asyncio.Event) -> None:
        """Hand the batch over, again while what it needs is away. The messages stay unacknowledged all the while."""
        attempt = 0
        while messages and not stop.is_set() and not channel.is_closed:
            try:
                await self._handle(channel, messages)
            except (ShopError, *LOST) as error:
                attempt += 1
                log.warning("batch not handled yet", queue=self._spec.name, attempt=attempt, error=repr(error))
                await pause(stop, backoff(attempt, first_s=0.1, most_s=2))
                messages = _open(messages)
            else:
                return


def _open(messages: Sequence[AbstractIncomingMessage]) -> Sequence[AbstractIncomingMessage]:
    return [message for message in messages if came_over_open_channel(message)]
