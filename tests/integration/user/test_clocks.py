"""An instance whose clock is off, by less than a second and by a few: tokens of either are good at the other."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import grpc
import pytest
from shop.user.v1 import user_pb2
from shop.user.v1.user_pb2_grpc import UserServiceStub

from harness.faults.clock_jump import FAKED_CLOCK
from harness.loopback import NO_PROXY
from harness.waiting import wait_until_async
from tests.integration.user.alone import PASSWORD, Alone, Login, outcome

if TYPE_CHECKING:
    from shop.user.v1.user_pb2_grpc import UserServiceAsyncStub  # exists for type checkers only

pytestmark = pytest.mark.skipif(not FAKED_CLOCK, reason="libfaketime is not installed on this machine")
ROUNDS = 5
"""A token's second has begun somewhere within one: half a second is seen in some rounds only."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def off_by(seconds: float, alone: Alone) -> "AsyncIterator[UserServiceAsyncStub]":
    """A third instance on the same servers, whose clock shows another time."""
    settings, port = alone.settings(), free_port()
    told = {
        "INSTANCE": "user-off",
        "GRPC_PORT": str(port),
        "DATABASE_URL": settings.database_url,
        "CACHE_URL": settings.cache_url,
        "JWT_SECRET": settings.jwt_secret.get_secret_value(),
    }
    clock = {name: value for name, value in FAKED_CLOCK.items() if name != "FAKETIME_TIMESTAMP_FILE"} | {
        "FAKETIME": f"{seconds:+.1f}s"
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "system.user", env=os.environ | told | clock, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}", options=NO_PROXY) as channel:
            stub: UserServiceAsyncStub = UserServiceStub(channel)

            async def serves() -> bool:
                assert process.returncode is None, "it ended before it served"
                return await outcome(stub.Login(user_pb2.LoginRequest())) is not None and channel.get_state() is READY

            await wait_until_async(serves, what="the instance with another clock serves", timeout_s=30)
            yield stub
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


READY = grpc.ChannelConnectivity.READY


@pytest.mark.parametrize("seconds", [-3.0, -0.5, 0.5, 3.0])
async def test_tokens_are_good_at_instances_whose_clocks_differ_a_little(alone: Alone, ada: Login, seconds: float) -> None:
    request = user_pb2.LoginRequest(email=ada.user.email, password=PASSWORD)
    async with off_by(seconds, alone) as off:
        for _ in range(ROUNDS):
            here = await alone.login(ada.user)
            assert await outcome(off.VerifyToken(user_pb2.VerifyTokenRequest(access_token=here.access))) is None
            assert await outcome(off.RefreshTokens(user_pb2.RefreshTokensRequest(refresh_token=here.refresh))) is None
            there = (await off.Login(request)).tokens
            assert await alone.accepts(there.access_token) == [True, True]
            assert await alone.refresh(there.refresh_token)
