"""No kind of fault proves itself when its effect is taken out behind the injection: what is asked is acknowledged, not done.

Every registered kind has a case here; a kind without one fails. Faults on edges are shown again, with a probe for a proof, on
real proxies in tests/conformance/proxy/test_faults.py.
"""

import asyncio
import os
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

import chaos.faults
from chaos.faults.giving_back import giving_back
from chaos.faults.kill_waiting import kill_waiting
from chaos.faults.killed_holding import Holding, KilledHolding, killed_holding
from chaos.faults.mail_script import mail_refused
from chaos.faults.poison import poison
from chaos.faults.provider_script import provider_late
from chaos.faults.queue_deleted import queue_deleted
from chaos.faults.redelivery import redelivery
from chaos.faults.strangers import strangers
from harness.faults import memory_alarm as alarms
from harness.faults.clock_jump import clock_jump
from harness.faults.connection_flood import connection_flood
from harness.faults.cut import cut
from harness.faults.deadlock import deadlock
from harness.faults.disk_full import DiskFull, disk_full
from harness.faults.flush import flush
from harness.faults.forget import forget
from harness.faults.inventory import Declaration
from harness.faults.kill import kill
from harness.faults.memory_alarm import MemoryAlarm
from harness.faults.partition import partition
from harness.faults.pause import pause
from harness.faults.read_only import read_only
from harness.faults.registry import load_kinds, make
from harness.faults.restart import restart
from harness.faults.rolling_restart import rolling_restart
from harness.faults.rolling_upgrade import rolling_upgrade
from harness.faults.slow_start import slow_start
from harness.faults.spec import FaultSpec
from harness.faults.stall import stall
from harness.faults.toxic import toxic
from harness.stack.manifest import AdminAccess, MysqlAccess
from harness.stack.namespaces.terms import Atom
from tests.unit.harness.faults.fake_edges import FakeEdges
from tests.unit.harness.faults.specs import declared

EDGE = "order-1->redis-lock-1"
CASES: dict[str, Declaration] = {
    "kill": kill("order-1"),
    "restart": restart("order-1"),
    "pause": pause("order-1"),
    "slow_start": slow_start("order-1"),
    "rolling_restart": rolling_restart("order"),
    "rolling_upgrade": rolling_upgrade("order"),
    "cut": cut(EDGE),
    "partition": partition(["order-1"], ["redis-lock-1"]),
    "toxic": toxic("latency", EDGE, latency=100),
    "stall": stall(EDGE),
    "forget": forget("redis-lock-1"),
    "flush": flush("redis-cache"),
    "clock_jump": clock_jump("redis-lock-1", seconds=30),
    "disk_full": disk_full("redis-lock-1"),
    "connection_flood": connection_flood("gateway-1", "http", 10),
    "read_only": read_only("mysql"),
    "deadlock": deadlock("mysql", schema="product", first="reservations", last="stock"),
    "memory_alarm": alarms.memory_alarm("rabbitmq"),
    "kill_waiting": kill_waiting("capture", "order-1"),
    "killed_holding": killed_holding("order-1", "rabbitmq", "unacknowledged"),
    "mail_script": mail_refused(),
    "provider_script": provider_late("capture", ms=10),
    "poison": poison(1),
    "redelivery": redelivery(2),
    "giving_back": giving_back(10),
    "strangers": strangers("readiness", 3),
    "queue_deleted": queue_deleted("payment.order-paid"),
}


class Idle(FakeEdges):
    """A shop that acknowledges whatever is done to it, and goes on as before; `process` is every member's."""

    def __init__(self, process: int, port: int) -> None:
        super().__init__(all={name: _edge() for name in (EDGE, "order-1->rabbitmq")})
        self.process, self.port = process, port
        self.paying = self.mailing = httpx.AsyncClient(
            base_url="http://sandbox", transport=httpx.MockTransport(_acknowledge), trust_env=False
        )

    amqp_url = "amqp://nowhere"
    manifest = SimpleNamespace(
        admin={"rabbitmq": None, "mysql": AdminAccess(1, "root", "")}, mysql={"product": MysqlAccess("", 1, "", "", "product")}
    )

    def can(self, name: str, capability: type) -> bool:
        return True

    def instance(self, name: str) -> Any:
        return SimpleNamespace(name=name, pid=self.process, alive=True, ports={"http": self.port, "mysql": 1})

    def address(self, name: str, port: str | None = None) -> str:
        return f"127.0.0.1:{self.port}"

    def redis_url(self, name: str) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    async def waiting(self, moved: str) -> dict[str, str]:
        return {"an order": "order-1"}

    def _done(self, *_: object) -> None:
        pass

    kill = terminate = boot = wait_ready = pause = resume = migrate_to_next_build = use_next_build = _done
    next_build = Path("services.toml")

    def runs_in(self, name: str) -> Path:
        return Path("first-build")

    async def disable(self, name: str) -> None:
        pass

    async def add_toxic(self, *_: Any, **__: Any) -> None:
        pass


def _edge() -> Any:
    edge = FakeEdges().all[EDGE]
    edge.connections = 0
    return edge


def _acknowledge(request: httpx.Request) -> httpx.Response:
    rules = [{"hits": 0}] if request.method == "GET" else []
    return httpx.Response(200, json={"rules": rules})


async def _redis(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A Redis with one key, which it keeps whatever it is told. It hangs up on what is not its protocol."""
    now = str(int(time.time())).encode()
    answers = {b"KEYS": b"*1\r\n$1\r\nk\r\n", b"GET": b"$1\r\nv\r\n", b"DBSIZE": b":1\r\n"}
    answers[b"INFO"] = b"$50\r\naof_enabled:1\r\naof_last_write_status:ok".ljust(55) + b"\r\n"
    answers[b"TIME"] = b"*2\r\n$%d\r\n%s\r\n$1\r\n0\r\n" % (len(now), now)
    queued: list[bytes] | None = None
    while (head := await reader.readline()).startswith(b"*"):
        words = []
        for _ in range(int(head[1:])):
            size = int((await reader.readline())[1:])
            words.append((await reader.readexactly(size + 2))[:-2])
        command = words[0].upper()
        if command == b"MULTI":
            queued, answer = [], b"+OK\r\n"
        elif command == b"EXEC":
            answer, queued = b"*%d\r\n%s" % (len(queued or ()), b"".join(queued or ())), None
        elif queued is not None:
            queued.append(answers.get(command, b"+OK\r\n"))
            answer = b"+QUEUED\r\n"
        else:
            answer = answers.get(command, b"+OK\r\n")
        writer.write(answer)
    writer.close()


class IdleNode:
    """A broker's node that takes note of an alarm and has none."""

    def call(self, module: str, function: str, arguments: Sequence[Any]) -> Any:
        return Atom("ok") if function == "set_alarm" else []

    def __enter__(self) -> "IdleNode":
        return self

    def __exit__(self, *_: object) -> None:
        pass


class IdleDisk:
    """A disk that stays half empty."""

    def fill(self) -> None:
        pass

    empty = fill

    def free(self) -> int:
        return 4096


class IdleBroker:
    """A connection, channel, exchange and queue in one: takes every message and delivers none."""

    declaration_result = SimpleNamespace(message_count=0)

    @property
    def default_exchange(self) -> "IdleBroker":
        return self

    async def _itself(self, *_: Any, **__: Any) -> "IdleBroker":
        return self

    async def _nothing(self, *_: Any, **__: Any) -> None:
        return None

    channel = get_exchange = get_queue = declare_queue = __aenter__ = _itself
    get = publish = set_qos = bind = consume = close = delete = __aexit__ = _nothing


class IdleDatabase:
    """A connection and a cursor in one: every statement succeeds, nobody waits for a lock, and nothing was ever rolled back."""

    @contextmanager
    def cursor(self) -> Iterator["IdleDatabase"]:
        yield self

    def execute(self, *_: object) -> None:
        pass

    close = executemany = execute

    def fetchone(self) -> tuple[int]:
        return (0,)


async def _connect(*_: Any, **__: Any) -> IdleBroker:
    return IdleBroker()


async def _one(*_: Any) -> Any:
    async def count() -> int:
        return 1

    return count


@asynccontextmanager
async def _shop(folder: Path) -> AsyncIterator[Idle]:
    server = await asyncio.start_server(_redis, "127.0.0.1", 0)
    process = subprocess.Popen(["sleep", "60"], cwd=folder)  # noqa: ASYNC220, S607 - at once; that of the machine
    try:
        yield Idle(process.pid, server.sockets[0].getsockname()[1])
    finally:
        process.kill()
        process.wait()
        server.close()


MADE: dict[str, Callable[[FaultSpec], Any]] = {
    "disk_full": lambda spec: DiskFull(spec, lambda *_: IdleDisk()),
    "memory_alarm": lambda spec: MemoryAlarm(spec, lambda *_: IdleNode()),
    "killed_holding": lambda spec: KilledHolding(spec, {"unacknowledged": Holding("orders", _one)}),
}
"""Kinds that look at the system by something that has to be given to them here."""


def test_every_kind_has_a_case() -> None:
    assert chaos.faults.__all__
    assert {kind for kind in load_kinds() if kind != "fake"} == CASES.keys()


@pytest.mark.parametrize("kind", CASES)
async def test_what_was_acknowledged_and_not_done_proves_nothing(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aio_pika.connect", _connect)
    monkeypatch.setattr("chaos.faults.poison.DEAD_S", 0.05)
    monkeypatch.setattr("chaos.faults.poison.APART_S", 0.0)
    monkeypatch.setattr(alarms, "HEARD_S", 0.05)
    monkeypatch.setattr("harness.faults.disk_full.NOTICED_S", 0.05)
    monkeypatch.setattr("pymysql.connect", lambda **_: IdleDatabase())
    spec = declared(CASES[kind])
    fault: Any = MADE[kind](spec) if kind in MADE else make(spec)
    async with _shop(tmp_path) as shop:
        subject: Any = shop
        try:
            await fault.inject(subject)
        except TimeoutError:
            return  # it is on record as not injected
        try:
            proof = await fault.prove(subject)
            assert not proof.effective, proof
        finally:
            await fault.heal(subject)
        assert os.getpid() != shop.process
