"""Forgetting counts when there was something to forget, all of it is gone, and the process is another one."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace, TracebackType
from typing import Any, Self

import pytest

from harness.experiment import AssumptionError, Proof
from harness.faults.forget import Forget
from harness.stack.errors import NoSuchMember
from tests.unit.harness.faults.specs import spec
from tests.unit.harness.faults.test_deaths import FakeInstance


@dataclass
class Server:
    """A redis: its process and what it holds. `stubborn` comes back with what it held; `immortal` is never replaced."""

    held: dict[str, str] = field(default_factory=dict)
    pid: int = 7
    alive: bool = True
    stubborn: bool = False
    immortal: bool = False


@dataclass
class FakeStack:
    servers: dict[str, Server]

    def can(self, name: str, _capability: type) -> bool:
        self.instance(name)
        return True

    def instance(self, name: str) -> FakeInstance:
        if name not in self.servers:
            raise NoSuchMember(f"this stack has no member {name}")
        server = self.servers[name]
        return FakeInstance(server.pid, server.alive)

    def redis_url(self, name: str) -> str:
        return name

    def kill(self, name: str) -> None:
        self.servers[name].alive = self.servers[name].immortal

    def boot(self, name: str) -> None:
        self.servers[name].alive = True
        self.servers[name].pid += 1

    def wait_ready(self, name: str, timeout_s: float = 30.0) -> None:
        assert self.servers[name].alive


class FakeRedis:
    """A client and its pipeline, for what the fault asks."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.asked: list[str] = []

    async def keys(self, _pattern: str) -> list[str]:
        return list(self.server.held)

    def pipeline(self, *, transaction: bool) -> "FakePipeline":
        assert transaction
        return FakePipeline(self.server)

    async def get(self, key: str) -> str | None:
        return self.server.held.get(key)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        pass


class FakePipeline(FakeRedis):
    def get(self, key: str) -> None:  # type: ignore[override]  # a pipeline answers at the end
        self.asked.append(key)

    def flushall(self) -> None:
        pass

    async def execute(self) -> list[str | bool | None]:
        answers: list[str | bool | None] = [self.server.held.get(key) for key in self.asked]
        if not self.server.stubborn:
            self.server.held.clear()
        return [*answers, True]


Shop = Callable[..., Any]


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Shop:
    def of(**servers: Server) -> Any:
        client = SimpleNamespace(from_url=lambda url, **_options: FakeRedis(servers[url]))
        monkeypatch.setattr(sys.modules[Forget.__module__], "Redis", client)
        return SimpleNamespace(stack=FakeStack(servers))

    return of


async def proved(subject: Any, *targets: str) -> Proof:
    fault = Forget(spec("forget", *targets))
    await fault.assume(subject)
    await fault.inject(subject)
    return await fault.prove(subject)


async def test_it_forgets_and_is_proved(shop: Shop) -> None:
    subject = shop(one=Server({"lock:a": "order-1:x"}), two=Server({"lock:a": "order-1:x"}))
    proof = await proved(subject, "one", "two")
    assert proof.effective
    assert proof.detail.startswith("one: process 8 in place of 7, 1 keys forgotten (lock:a of order-1:x); two: ")


@pytest.mark.parametrize(
    "server",
    [
        Server(),
        Server({"lock:a": "order-1:x"}, stubborn=True),
        Server({"lock:a": "order-1:x"}, immortal=True),
    ],
    ids=["nothing to forget", "still there", "the same process"],
)
async def test_one_that_did_not_forget_proves_nothing(shop: Shop, server: Server) -> None:
    proof = await proved(shop(one=Server({"lock:a": "order-1:x"}), two=server), "one", "two")
    assert not proof.effective


async def test_healing_starts_what_does_not_run(shop: Shop) -> None:
    server = Server(alive=False)
    assert await Forget(spec("forget", "one")).heal(shop(one=server)) == "one run, and know nothing of before"
    assert server.alive


async def test_a_target_that_does_not_exist_is_an_assumption_that_failed(shop: Shop) -> None:
    with pytest.raises(AssumptionError, match="no member nine"):
        await Forget(spec("forget", "nine")).assume(shop(one=Server()))
