"""Every message that is published in a virtual host, copied by the broker's own trace ("firehose"): publishers see nothing.

Source: RabbitMQ, "Firehose Tracer". It costs the broker time, so it is for tests. Messages published before `opened` has
entered its block, or after it, are not seen.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

import aio_pika
from aio_pika.abc import AbstractIncomingMessage

from harness.contracts.amqp.broker import administrator
from harness.stack.namespaces.erlang import Node
from harness.stack.view import StackView

_TRACE, _ALL = "amq.rabbitmq.trace", "publish.#"


@dataclass(frozen=True)
class Published:
    """A message as it was published. `type` and the rest are its properties, "" where they were not set."""

    exchange: str
    routing_key: str
    body: bytes
    type: str = ""
    content_type: str = ""
    reply_to: str = ""


@dataclass
class Tap:
    """What has been published, in order."""

    messages: list[Published] = field(default_factory=list)

    async def take(self, message: AbstractIncomingMessage) -> None:
        """A copy from the trace."""
        headers: Mapping[str, Any] = message.headers
        properties: Mapping[str, Any] = headers["properties"]
        said = {name: str(properties.get(name) or "") for name in ("type", "content_type", "reply_to")}
        for key in headers["routing_keys"]:
            self.messages.append(Published(str(headers["exchange_name"]), str(key), message.body, **said))


@asynccontextmanager
async def opened(stack: StackView, amqp_url: str) -> AsyncIterator[Tap]:
    """A tap on the virtual host of a URL, at the broker of a stack. Raises OSError, AMQPError, StackError."""
    vhost = unquote(urlsplit(amqp_url).path.removeprefix("/")).encode()
    admin = administrator(stack)
    tap = Tap()

    def trace(switch: str) -> None:
        with Node(admin.port, admin.password) as node:
            node.call("rabbit_trace", switch, [vhost])

    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(exclusive=True)
        await queue.bind(_TRACE, _ALL)
        await queue.consume(tap.take, no_ack=True)
        await asyncio.to_thread(trace, "start")
        try:
            yield tap
        finally:
            await asyncio.to_thread(trace, "stop")
