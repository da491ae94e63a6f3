"""The order service's process without a broker: it starts, and serves what needs none."""

import asyncio
import os
import sys
import uuid
from collections.abc import Iterator

import grpc
import pytest
from alembic import command
from shop.order.v1 import order_pb2, order_pb2_grpc

from harness.loopback import NO_PROXY
from harness.stack.attach import AttachedStack
from harness.stack.namespaces import Namespace
from harness.waiting import wait_until_async
from system.common.migrate import configuration
from system.common.rpc_channel import SERVICE_TOKEN_KEY
from tests.integration.gateway.test_process import ended, free_port

SECONDS_TO_START = 30


@pytest.fixture(scope="module")
def schema(stack: AttachedStack) -> Iterator[str]:
    """A schema of order's that no instance of the shop looks into; the address of it."""
    with Namespace.take(stack) as namespace:
        access = namespace.mysql("order")
        url = f"mysql+asyncmy://{access.user}:{access.password}@{access.host}:{access.port}/{access.schema}"
        command.upgrade(configuration("order", url), "head")
        yield url


async def test_it_starts_and_serves_reads_without_a_broker_and_stops_in_time(stack: AttachedStack, schema: str) -> None:
    port = free_port()
    nobody = f"127.0.0.1:{free_port()}"
    environment = {
        "INSTANCE": "order-alone",
        "GRPC_PORT": str(port),
        "DATABASE_URL": schema,
        "BROKER_URL": f"amqp://u:p@{nobody}/v",
        **{f"LOCK_URL_{n}": stack.redis_url(f"redis-lock-{n}") for n in (1, 2, 3)},
        "PRODUCT_ADDRESSES": nobody,
        "PAYMENT_ADDRESSES": nobody,
        "SERVICE_TOKEN": stack.secret("service"),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "system.order", env=os.environ | environment, stdout=asyncio.subprocess.PIPE
    )
    try:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}", options=NO_PROXY) as channel:
            stub = order_pb2_grpc.OrderServiceStub(channel)
            request = order_pb2.ListOrdersRequest(user_id=str(uuid.uuid4()), page_size=1)
            metadata = ((SERVICE_TOKEN_KEY, stack.secret("service")),)

            async def reads() -> bool:
                assert process.returncode is None, "it ended before it served"
                try:
                    return not (await stub.ListOrders(request, metadata=metadata, timeout=2)).orders
                except grpc.aio.AioRpcError:
                    return False

            await wait_until_async(reads, what="a page of orders", timeout_s=SECONDS_TO_START)
        process.terminate()
        assert await ended(process) == 0
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()
