"""What the parts of the shop cost alone, on the servers of the stack that was loaded: the limits of what can be reached."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aio_pika
import grpc
import httpx
import pymysql
import redis.asyncio

from chaos.load.shops import SHOP
from chaos.subject import RunningShop
from harness.experiment import Context, Drive, Experiment, Sighting
from harness.load.bench import PART
from harness.loopback import NO_PROXY

SECONDS = 2.0
AT_ONCE = 16
"""Workers that do it at the same time, each one after the other."""
BATCH = 100
LOCK_MASTERS = ("redis-lock-1", "redis-lock-2", "redis-lock-3")
METHOD = "/bench.Bench/Nothing"
RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"

Once = Callable[[], Awaitable[object]]


@asynccontextmanager
async def http(shop: RunningShop) -> AsyncIterator[Once]:
    """An answer of a gateway that asks nobody."""
    (gateway, *_) = shop.stack.instances("gateway")
    limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
    async with httpx.AsyncClient(
        base_url=f"http://{shop.stack.address(gateway.name, 'http')}", trust_env=False, limits=limits
    ) as client:
        yield lambda: client.get("/health/live")


@asynccontextmanager
async def unary(_: RunningShop) -> AsyncIterator[Once]:
    """A call of grpc.aio that does nothing, both sides in this process."""

    async def nothing(_request: bytes, _context: Any) -> bytes:
        return b""

    server = grpc.aio.server()
    handlers: dict[str, grpc.RpcMethodHandler[bytes, bytes]] = {"Nothing": grpc.unary_unary_rpc_method_handler(nothing)}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("bench.Bench", handlers),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}", options=NO_PROXY) as channel:
            call: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(METHOD)
            yield lambda: call(b"", timeout=5)
    finally:
        await server.stop(None)


@asynccontextmanager
async def queue(shop: RunningShop) -> AsyncIterator[Once]:
    """A message that is published with confirm, consumed, acknowledged and replied to, both sides in this process."""
    async with AsyncExitStack() as leaving:
        connection = await leaving.enter_async_context(await aio_pika.connect(shop.stack.amqp_url, timeout=10))
        channel, back = await connection.channel(), await connection.channel(publisher_confirms=False)
        asked = await channel.declare_queue(exclusive=True)
        replies = await back.declare_queue(exclusive=True)
        waiting: dict[str, asyncio.Future[None]] = {}

        async def answer(message: aio_pika.abc.AbstractIncomingMessage) -> None:
            await message.ack()
            reply = aio_pika.Message(b"", correlation_id=message.correlation_id)
            await back.default_exchange.publish(reply, replies.name)

        async def done(message: aio_pika.abc.AbstractIncomingMessage) -> None:
            waiting.pop(message.correlation_id or "").set_result(None)

        await asked.consume(answer)
        await replies.consume(done, no_ack=True)

        async def once() -> None:
            number = uuid.uuid4().hex
            waiting[number] = replied = asyncio.get_running_loop().create_future()
            await channel.default_exchange.publish(aio_pika.Message(b"x" * 300, correlation_id=number), asked.name)
            await replied

        yield once


def transaction(rows: int) -> Callable[[RunningShop], Any]:
    """A transaction that writes so many rows in one statement, each worker on a connection of its own."""

    @asynccontextmanager
    async def written(shop: RunningShop) -> AsyncIterator[Once]:
        access = shop.stack.mysql("order")
        free: asyncio.Queue[Any] = asyncio.Queue()
        for _ in range(AT_ONCE):
            free.put_nowait(
                pymysql.connect(
                    host=access.host, port=access.port, user=access.user, password=access.password, database=access.schema
                )
            )
        first = await free.get()
        with first.cursor() as cursor:
            cursor.execute("CREATE TABLE IF NOT EXISTS bench_rows (id CHAR(32) PRIMARY KEY, content VARCHAR(300))")
        free.put_nowait(first)

        def write(connection: Any) -> None:
            with connection.cursor() as cursor:
                content = [(uuid.uuid4().hex, "x" * 300) for _ in range(rows)]
                cursor.executemany("INSERT INTO bench_rows VALUES (%s, %s)", content)
            connection.commit()

        async def once() -> None:
            connection = await free.get()
            try:
                await asyncio.to_thread(write, connection)
            finally:
                free.put_nowait(connection)

        try:
            yield once
        finally:
            with first.cursor() as cursor:
                cursor.execute("DROP TABLE bench_rows")
            while not free.empty():
                free.get_nowait().close()

    return written


@asynccontextmanager
async def redlock(shop: RunningShop) -> AsyncIterator[Once]:
    """A lock that nobody else wants: set at three masters, and released at them."""
    async with AsyncExitStack() as leaving:
        masters = []
        for name in LOCK_MASTERS:
            client = redis.asyncio.Redis.from_url(shop.stack.redis_url(name), max_connections=4 * AT_ONCE)
            leaving.push_async_callback(client.aclose)
            masters.append(client)

        async def once() -> None:
            key, value = f"bench:{uuid.uuid4().hex}", uuid.uuid4().hex
            await asyncio.gather(*(master.set(key, value, nx=True, px=8000) for master in masters))
            await asyncio.gather(*(master.eval(RELEASE, 1, key, value) for master in masters))

        yield once


MEASURED: dict[str, Callable[[RunningShop], Any]] = {
    "an HTTP answer that asks nobody": http,
    "a bare grpc.aio call, both sides": unary,
    "publish, confirm, consume, reply": queue,
    "a transaction of one row": transaction(1),
    f"a transaction of {BATCH} rows": transaction(BATCH),
    "Redlock on three masters": redlock,
}


@dataclass(frozen=True)
class MeasuredAlone:
    """Measures each part for SECONDS. CPU is that of this process and of all members: nobody else is at work."""

    async def prepare(self, subject: RunningShop, context: Context) -> Drive:
        """See Workload."""
        return lambda: self._measure(subject, context)

    async def _measure(self, subject: RunningShop, context: Context) -> None:
        for name, part in MEASURED.items():
            async with part(subject) as once:
                await once()
                used_s, own_s, begun_s = sum((await subject.usage()).values()), time.process_time(), time.monotonic()
                counted = sum(await asyncio.gather(*(_again(once, begun_s + SECONDS) for _ in range(AT_ONCE))))
                seconds = time.monotonic() - begun_s
                cpu_s = sum((await subject.usage()).values()) - used_s + time.process_time() - own_s
            detail = {"count": counted, "seconds": round(seconds, 3), "cpu_ms": round(1000 * cpu_s / counted, 4)}
            context.recorder.event(PART, name, detail)
            context.note(f"{name}: {counted / seconds:.0f}/s, {1000 * cpu_s / counted:.3f} CPU-ms each")


async def _again(once: Once, until_s: float) -> int:
    counted = 0
    while time.monotonic() < until_s:
        await once()
        counted += 1
    return counted


PARTS: Experiment[RunningShop] = Experiment(
    name="bench_parts",
    about="The parts of the shop, each measured alone.",
    system=SHOP,
    workload=MeasuredAlone(),
    guarantees=("memory_bounded",),
    minimums=(),
    sightings=(Sighting(event=PART, count=len(MEASURED)),),
)
