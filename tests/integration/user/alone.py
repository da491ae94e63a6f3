"""Two instances of the user service on a MySQL and a Redis of their own, as the tests in this folder use them.

They break Redis, empty it, and write into both behind the service's back, which the shop that all tests share must not see.
"""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grpc
import httpx
import pymysql
from prometheus_client.parser import text_string_to_metric_families
from redis.asyncio import Redis
from shop.user.v1 import user_pb2
from shop.user.v1.user_pb2_grpc import UserServiceStub

from harness.loopback import NO_PROXY
from harness.stack.providers import choose
from harness.stack.stack import Stack
from harness.stack.topology import Topology
from harness.waiting import wait_until_async
from system.common.errors import ShopError, Unauthenticated, from_rpc_error
from system.user.settings import Settings

if TYPE_CHECKING:
    from shop.user.v1.user_pb2_grpc import UserServiceAsyncStub  # exists for type checkers only

PASSWORD = "correct horse"
CACHE = "redis-cache"
INSTANCES = ("user-1", "user-2")
WAIT_S = 20.0


@dataclass(frozen=True)
class Login:
    """A user who is logged in, at the version the tokens carry."""

    user: user_pb2.User
    access: str
    refresh: str


@dataclass(frozen=True)
class Alone:
    """The stack, a stub for each instance, and its servers to look into."""

    stack: Stack
    stubs: "tuple[UserServiceAsyncStub, ...]"
    redis: Redis

    def rows(self, sql: str, *arguments: object) -> list[dict[str, Any]]:
        """Run SQL on the service's schema, committed at once."""
        access = self.stack.mysql("user")
        with (
            pymysql.connect(
                host=access.host,
                port=access.port,
                user=access.user,
                password=access.password,
                database=access.schema,
                autocommit=True,
                cursorclass=pymysql.cursors.DictCursor,
            ) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(sql, arguments)
            return list(cursor.fetchall())

    async def cached(self, user_id: str) -> int | None:
        """The version Redis holds."""
        value = await self.redis.get(f"user:version:{user_id}")
        return None if value is None else int(value)

    async def cache(self, user_id: str, version: int) -> None:
        """Put a version into Redis, and that no session of the user ended."""
        await self.redis.set(f"user:version:{user_id}", version, ex=300)
        await self.redis.eval("redis.call('SADD', KEYS[1], '-')", 1, f"user:ended:{user_id}")

    def settings(self) -> Settings:
        """What an instance of this stack is told, for parts of the service that run in the test."""
        access = self.stack.mysql("user")
        return Settings.model_validate(
            {
                "database_url": f"mysql+asyncmy://{access.user}:{access.password}@{access.host}:{access.port}/{access.schema}",
                "cache_url": self.stack.redis_url(CACHE),
                "jwt_secret": self.stack.secret("jwt"),
            }
        )

    async def register(self) -> user_pb2.User:
        """A new user."""
        request = user_pb2.RegisterRequest(email=f"{uuid.uuid4().hex}@shop.example", password=PASSWORD, name="Ada")
        return (await self.stubs[0].Register(request)).user

    async def login(self, user: user_pb2.User, password: str = PASSWORD) -> Login:
        """Tokens of the user as it is now."""
        answer = await self.stubs[0].Login(user_pb2.LoginRequest(email=user.email, password=password))
        return Login(answer.user, answer.tokens.access_token, answer.tokens.refresh_token)

    async def new_login(self) -> Login:
        """A new user who is logged in."""
        return await self.login(await self.register())

    async def verify(self, token: str, instance: int = 1) -> user_pb2.VerifyTokenResponse:
        """Ask an instance (1 or 2) who an access token speaks for."""
        return await self.stubs[instance - 1].VerifyToken(user_pb2.VerifyTokenRequest(access_token=token))

    async def refresh(self, token: str, instance: int = 1) -> str:
        """Trade a refresh token at an instance; the next one."""
        answer = await self.stubs[instance - 1].RefreshTokens(user_pb2.RefreshTokensRequest(refresh_token=token))
        return answer.tokens.refresh_token

    async def promote(self, user: user_pb2.User, instance: int = 1) -> user_pb2.User:
        """Change a user: the simplest change there is, once."""
        request = user_pb2.ChangeRoleRequest(user_id=user.id, role=user_pb2.ROLE_ADMIN)
        return (await self.stubs[instance - 1].ChangeRole(request)).user

    async def rename(self, user: user_pb2.User, instance: int = 1) -> user_pb2.User:
        """Change a user, however often."""
        request = user_pb2.UpdateProfileRequest(user_id=user.id, name=uuid.uuid4().hex)
        return (await self.stubs[instance - 1].UpdateProfile(request)).user

    async def end(self, login: Login, instance: int = 1) -> None:
        """End the session of a login."""
        session = (await self.verify(login.access, instance)).session_id
        await self.stubs[instance - 1].Logout(user_pb2.LogoutRequest(user_id=login.user.id, session_id=session))

    async def verified(self, token: str, instance: int = 1) -> bool:
        """Whether an instance accepts an access token; a failure other than a refusal fails the test."""
        error = await outcome(self.verify(token, instance))
        assert error is None or isinstance(error, Unauthenticated), repr(error)
        return error is None

    async def accepts(self, token: str) -> list[bool]:
        """The same of every instance."""
        return list(await asyncio.gather(self.verified(token, 1), self.verified(token, 2)))

    async def checks(self, instance: int, cache: str, verdict: str) -> float:
        """How many versions an instance has judged in that way, from its metrics."""
        async with httpx.AsyncClient(trust_env=False) as client:
            text = (await client.get(f"http://{self.stack.address(INSTANCES[instance - 1], 'http')}/metrics")).text
        return sum(
            sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name == "user_version_checks_total" and sample.labels == {"cache": cache, "verdict": verdict}
        )

    @asynccontextmanager
    async def judged(self, instance: int, cache: str, verdict: str) -> AsyncIterator[None]:
        """Holds that the block makes the instance judge one version in exactly that way."""
        before = await self.checks(instance, cache, verdict)
        yield
        assert await self.checks(instance, cache, verdict) == before + 1, f"no version was judged {verdict} after {cache}"

    @asynccontextmanager
    async def without_redis(self) -> AsyncIterator[None]:
        """Redis is gone, with all it held, while the block runs; then it is back, empty, and in use."""
        await asyncio.to_thread(self.stack.kill, CACHE)
        try:
            yield
        finally:
            await self.boot(CACHE)
            await self.cache_in_use()

    @asynccontextmanager
    async def frozen_redis(self) -> AsyncIterator[None]:
        """Redis answers nothing while the block runs; then it goes on with all it held."""
        await asyncio.to_thread(self.stack.pause, CACHE)
        try:
            yield
        finally:
            await asyncio.to_thread(self.stack.resume, CACHE)
            await self.cache_in_use()

    async def boot(self, member: str) -> None:
        """Start a member again; returns when it is ready."""
        await asyncio.to_thread(self.stack.boot, member)
        await asyncio.to_thread(self.stack.wait_ready, member)

    async def cache_in_use(self) -> None:
        """Return when both instances read through Redis again."""
        one = await self.new_login()

        async def used() -> bool:
            for instance in (1, 2):
                await self.redis.delete(f"user:version:{one.user.id}", f"user:lease:{one.user.id}")
                await self.verify(one.access, instance)
                if await self.cached(one.user.id) is None:
                    return False
            return True

        await wait_until_async(used, what="both instances use Redis", timeout_s=WAIT_S)


async def outcome(call: Awaitable[object]) -> ShopError | None:
    """How a call was refused, None when it was not."""
    try:
        await call
    except grpc.aio.AioRpcError as error:
        return from_rpc_error(error)
    return None


async def refusal(call: Awaitable[object], kind: type[ShopError]) -> str:
    """The reason code of a call that must be refused in this way."""
    error = await outcome(call)
    assert type(error) is kind, f"expected {kind.__name__}, got {error!r}"
    return error.code


async def eventually(holds: Callable[[], Awaitable[bool]], what: str) -> None:
    """Wait until something that happens in the background has happened."""
    await wait_until_async(holds, what=what, timeout_s=WAIT_S)


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Alone]:
    """Start the stack in `folder`; it is stopped when the block ends.

    The test's own client speaks RESP2: with RESP3 redis-py does not notice that Redis closed a connection.
    """
    topology = Topology.load(Path(__file__).with_name("services.toml"))
    stack = Stack(topology, choose().provider, folder=folder, instances={"user": len(INSTANCES)})
    try:
        await asyncio.to_thread(stack.start)
        channels = [grpc.aio.insecure_channel(stack.address(name, "grpc"), options=NO_PROXY) for name in INSTANCES]
        async with Redis.from_url(stack.redis_url(CACHE), decode_responses=True, protocol=2) as redis, channels[0], channels[1]:
            yield Alone(stack, tuple(UserServiceStub(channel) for channel in channels), redis)
    finally:
        await asyncio.to_thread(stack.stop)
