"""What a provider promises about servers and processes, seen from outside, on real servers."""

import asyncio
import http.client
import stat
from typing import Any

import aio_pika
import pytest
import redis

from harness.stack.attach import attach
from harness.stack.capabilities import Killable, Logged, Pausable, Restartable
from harness.stack.errors import NoSuchMember, StackError, StartFailed
from harness.stack.manifest import FILE
from harness.stack.provider import Provider
from harness.stack.stack import Stack
from harness.stack.topology import Role
from tests.conformance.test_capabilities import CAPABILITIES
from tests.conformance.toys import get, listening, living, mysql_connection, redis_client

MEMBERS = ["mysql", "cache", "locks", "rabbitmq", "outside", "back-1", "back-2", "front-1"]


def test_everything_is_there_and_alive(stack: Stack) -> None:
    instances = stack.instances()
    assert [instance.name for instance in instances] == MEMBERS
    assert all(instance.alive and instance.pid for instance in instances)
    assert [instance.name for instance in stack.instances("back")] == ["back-1", "back-2"]


def test_nothing_listens_but_on_loopback(stack: Stack) -> None:
    addresses = listening(stack)
    assert len(addresses) >= len(MEMBERS)
    assert set(addresses) <= {"127.0.0.1", "::1"}


def test_a_process_sees_its_edges_and_nothing_of_our_shell(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OF_OUR_SHELL", "1")
    stack.restart("front-1")
    front = get(stack.address("front-1", "http"))
    assert front["INSTANCE"] == "front-1"
    assert front["PASSWORD"] == stack.secret("password")
    assert front["BACK_ADDRESSES"] == ",".join(stack.address(name, "http") for name in ("back-1", "back-2"))
    assert front["BACK_ADDRESSES"].split(",") == list(stack.edge_addresses("front-1", "back"))
    assert front["CACHE_URL"] == stack.redis_url("cache")
    assert front["OUTSIDE_URL"] == f"http://{stack.address('outside', 'http')}"
    assert front["EXTRA"] == "told"
    assert "OF_OUR_SHELL" not in front
    assert "DATABASE_URL" not in front
    assert "PASSWORD" not in get(stack.address("outside", "http")), "secrets are for services, not for the world outside"


def test_mysql_has_been_migrated_once_and_keeps_accounts_apart(stack: Stack) -> None:
    with mysql_connection(stack, "back") as connection, connection.cursor() as cursor:
        cursor.execute("SHOW TABLES")
        assert cursor.fetchall() == (("things",),)
        cursor.execute("SHOW DATABASES")
        assert {name for (name,) in cursor.fetchall()} <= {"back", "information_schema", "performance_schema"}
        cursor.execute("SELECT @@innodb_flush_log_at_trx_commit")
        assert cursor.fetchone() == (1,)


def test_durable_redis_writes_before_it_acknowledges(stack: Stack) -> None:
    with redis_client(stack, "locks") as locks, redis_client(stack, "cache") as cache:
        assert locks.config_get("appendonly") == {"appendonly": "yes"}
        assert locks.config_get("appendfsync") == {"appendfsync": "always"}
        assert cache.config_get("appendonly") == {"appendonly": "no"}
        assert cache.config_get("save") == {"save": ""}


def test_the_provider_declares_exactly_what_its_servers_can_do(stack: Stack, provider: Provider) -> None:
    servers = [instance.name for instance in stack.instances() if instance.role is Role.SERVER]
    assert len(servers) == 4
    there = {capability for capability in CAPABILITIES if all(stack.can(name, capability) for name in servers)}
    assert provider.capabilities == there >= {Killable, Pausable, Restartable, Logged}
    assert all(stack.can(name, capability) for name in MEMBERS for capability in there)


@pytest.mark.parametrize("name", ["mysql", "back-1"])
def test_killed_is_gone_at_once_and_comes_back_on_the_same_port(healthy: Stack, name: str) -> None:
    before = healthy.instance(name)
    healthy.kill(name)
    assert not living(healthy, name)
    assert not healthy.instance(name).alive
    with pytest.raises(StartFailed, match=f"{name} ended with code -9"):
        healthy.wait_ready(name)
    healthy.boot(name)
    healthy.wait_ready(name)
    after = healthy.instance(name)
    assert after.alive
    assert after.ports == before.ports
    assert after.pid != before.pid


def test_mysql_keeps_what_was_committed_before_a_kill(healthy: Stack) -> None:
    with mysql_connection(healthy, "back") as connection, connection.cursor() as cursor:
        cursor.execute("INSERT INTO things VALUES ('kept')")
        connection.commit()
    healthy.kill("mysql")
    healthy.boot("mysql")
    healthy.wait_ready("mysql")
    with mysql_connection(healthy, "back") as connection, connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM things WHERE name = 'kept'")
        assert cursor.fetchone() == (1,)


def test_redis_keeps_after_a_kill_what_it_promised_to_keep_and_no_more(healthy: Stack) -> None:
    for name in ("locks", "cache"):
        with redis_client(healthy, name) as client:
            client.set("key", "value")
        healthy.kill(name)
        healthy.boot(name)
        healthy.wait_ready(name)
    with redis_client(healthy, "locks") as locks, redis_client(healthy, "cache") as cache:
        assert locks.get("key") == "value"
        assert cache.get("key") is None


async def test_rabbitmq_keeps_confirmed_messages_over_a_kill(healthy: Stack) -> None:
    quorum: dict[str, Any] = {"x-queue-type": "quorum"}
    connection = await aio_pika.connect(healthy.amqp_url)
    async with connection:
        await (await connection.channel()).declare_queue("kept", durable=True, arguments=quorum)
    # RabbitMQ writes its list of quorum queues a moment after it has acknowledged one; a kill in that moment leaves a
    # queue without a leader for good. An orderly restart has it written.
    await asyncio.to_thread(healthy.restart, "rabbitmq")
    connection = await aio_pika.connect(healthy.amqp_url)
    async with connection:
        channel = await connection.channel(publisher_confirms=True)
        message = aio_pika.Message(b"kept", delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        await channel.default_exchange.publish(message, "kept")
    await asyncio.to_thread(healthy.kill, "rabbitmq")
    assert not living(healthy, "rabbitmq")
    healthy.boot("rabbitmq")
    await asyncio.to_thread(healthy.wait_ready, "rabbitmq", 60)
    connection = await aio_pika.connect(healthy.amqp_url)
    async with connection:
        channel = await connection.channel()
        queue = await channel.declare_queue("kept", durable=True, arguments=quorum, timeout=10)
        received = await queue.get(timeout=10)
        assert received is not None
        assert received.body == b"kept"
        await received.ack()


def test_a_paused_server_is_silent_and_goes_on_where_it_was(healthy: Stack) -> None:
    pid = healthy.instance("locks").pid
    healthy.pause("locks")
    try:
        assert healthy.instance("locks").alive
        with redis_client(healthy, "locks", timeout_s=0.3) as locks, pytest.raises(redis.TimeoutError):
            locks.ping()
    finally:
        healthy.resume("locks")
    with redis_client(healthy, "locks") as locks:
        assert locks.ping()
    assert healthy.instance("locks").pid == pid


def test_a_kill_reaches_a_paused_server(healthy: Stack) -> None:
    healthy.pause("cache")
    healthy.kill("cache")
    assert not living(healthy, "cache")
    assert not healthy.instance("cache").alive


def test_a_paused_process_is_silent_and_a_kill_reaches_it(healthy: Stack) -> None:
    healthy.pause("back-2")
    with pytest.raises(TimeoutError):
        get(healthy.address("back-2", "http"), timeout_s=0.3)
    healthy.kill("back-2")
    assert not living(healthy, "back-2")
    with pytest.raises(ConnectionRefusedError):
        get(healthy.address("back-2", "http"))


def test_what_does_not_run_cannot_be_paused_and_what_runs_cannot_be_started(healthy: Stack) -> None:
    with pytest.raises(StackError, match="back-1 is running already"):
        healthy.boot("back-1")
    healthy.kill("back-1")
    for action in (healthy.pause, healthy.resume):
        with pytest.raises(StackError, match="back-1 does not run"):
            action("back-1")


def test_a_log_has_every_life_of_its_member(healthy: Stack) -> None:
    before = healthy.logs("back-1").read_text().count("toy: back-1 serves")
    healthy.restart("back-1")
    assert healthy.logs("back-1").read_text().count("toy: back-1 serves") == before + 1
    assert "ready for connections" in healthy.logs("mysql").read_text()
    assert "RabbitMQ" in healthy.logs("rabbitmq").read_text()


def test_another_process_can_attach(healthy: Stack) -> None:
    assert stat.S_IMODE((healthy.folder / FILE).stat().st_mode) == 0o600
    attached = attach(healthy.folder)
    assert attached.instances() == healthy.instances()
    assert attached.base_url == healthy.base_url
    assert attached.amqp_url == healthy.amqp_url
    assert attached.mysql("back") == healthy.mysql("back")
    assert attached.redis_url("locks") == healthy.redis_url("locks")
    assert attached.secret("password") == healthy.secret("password")
    assert attached.edge_addresses("back-1", "locks") == healthy.edge_addresses("back-1", "locks")
    assert attached.logs("back-1") == healthy.logs("back-1")
    assert attached.can("back-1", Killable)
    assert not attached.can("back-1", Restartable)

    attached.pause("back-1")
    with pytest.raises(TimeoutError):
        get(attached.address("back-1", "http"), timeout_s=0.3)
    attached.resume("back-1")
    assert get(attached.address("back-1", "http"))["INSTANCE"] == "back-1"
    attached.kill("back-1")
    assert not attached.instance("back-1").alive
    assert not healthy.instance("back-1").alive
    healthy.boot("back-1")
    healthy.wait_ready("back-1")
    assert attached.instance("back-1") == healthy.instance("back-1"), "pids are read again"


def test_unknown_names_are_refused_and_the_known_ones_listed(stack: Stack) -> None:
    with pytest.raises(NoSuchMember, match=r"no member nix; it has .*back-1"):
        stack.kill("nix")
    with pytest.raises(NoSuchMember, match="no port grpc; it has http"):
        stack.address("back-1", "grpc")
    with pytest.raises(NoSuchMember, match="no edge front-1->mysql"):
        stack.edge_addresses("front-1", "mysql")
    with pytest.raises(NoSuchMember, match="no schema nix; it has back"):
        stack.mysql("nix")
    with pytest.raises(NoSuchMember, match="mysql is not a redis server"):
        stack.redis_url("mysql")


def test_the_entry_answers(stack: Stack) -> None:
    host, port = stack.base_url.removeprefix("http://").split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=5)
    connection.request("GET", "/health")
    assert connection.getresponse().status == http.client.OK
    connection.close()
