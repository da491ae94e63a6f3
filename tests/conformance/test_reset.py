"""A stack that has served a run is as new after a reset; what cannot be shown to be so is said."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Iterator

import aio_pika
import httpx
import pymysql
import pytest

from harness.seed import Seed
from harness.stack.provider import Provider
from harness.stack.reset import NotClean, Reset
from harness.stack.reset.contents import CONTENTS
from harness.stack.stack import Stack
from harness.stack.topology import Role
from harness.waiting import wait_until
from tests.conformance.toys import get, left_of, mysql_connection, redis_client, whole

EDGE = "back-1->locks"
NEXT = Seed(8)


@pytest.fixture(scope="module")
def used(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack with a first account, a book that refuses changes, and queues, as a system has them when it is new."""
    folder = tmp_path_factory.mktemp("used")
    with Stack(whole(), provider, folder=folder, instances={"back": 2}, proxied=Seed(7)) as stack:
        _furnish(stack)
        yield stack
    assert left_of(stack) == []


@pytest.fixture(scope="module")
def reset(used: Stack) -> Reset:
    return Reset(used)


def _furnish(stack: Stack) -> None:
    with mysql_connection(stack, "back") as connection, connection.cursor() as cursor:
        cursor.execute("INSERT INTO things VALUES ('the first one')")
        cursor.execute(
            "CREATE TABLE book (id INT AUTO_INCREMENT PRIMARY KEY, thing VARCHAR(50), loud VARCHAR(50) AS (UPPER(thing)))"
        )
        cursor.execute("ALTER TABLE book ADD FOREIGN KEY (thing) REFERENCES things (name)")
        connection.commit()
    admin = stack.manifest.admin["mysql"]
    with pymysql.connect(host="127.0.0.1", port=admin.port, user=admin.user, password=admin.password) as root:
        refuse = "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'nothing is taken back'"
        root.cursor().execute(f"CREATE TRIGGER back.keep BEFORE DELETE ON back.book FOR EACH ROW {refuse}")

    async def declare(channel: aio_pika.abc.AbstractChannel) -> None:
        await channel.declare_queue("work", durable=True, arguments={"x-queue-type": "quorum"})
        await channel.declare_queue("work.dead", durable=True)

    _amqp(stack, declare)


def _amqp(stack: Stack, work: "Callable[[aio_pika.abc.AbstractChannel], Awaitable[None]]") -> None:
    async def talk() -> None:
        async with await aio_pika.connect(stack.amqp_url) as connection:
            await work(await connection.channel())

    asyncio.run(talk())


def rows(stack: Stack, table: str) -> list[tuple[object, ...]]:
    with mysql_connection(stack, "back") as connection, connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")
        return list(cursor.fetchall())


def write_everywhere(stack: Stack) -> None:
    """What a run leaves: rows, keys, messages, a queue of its own."""
    with mysql_connection(stack, "back") as connection, connection.cursor() as cursor:
        cursor.execute("UPDATE things SET name = 'another one'")
        cursor.execute("INSERT INTO things VALUES ('more')")
        cursor.execute("INSERT INTO book (thing) VALUES ('more'), ('more')")
        connection.commit()
    for server in ("cache", "locks"):
        with redis_client(stack, server) as client:
            client.set("key", "value")
            client.select(3)
            client.set("key", "value")

    async def publish(channel: aio_pika.abc.AbstractChannel) -> None:
        await channel.declare_queue("another", durable=True)
        for queue in ("work", "work.dead", "another"):
            await channel.default_exchange.publish(aio_pika.Message(b"x"), queue)

    _amqp(stack, publish)


def toxic(stack: Stack) -> None:
    body = {"type": "latency", "attributes": {"latency": 1}}
    httpx.post(f"{stack.proxy_url}/proxies/{EDGE.replace('>', '%3E')}/toxics", json=body, trust_env=False).raise_for_status()


def pids(stack: Stack) -> dict[str, int | None]:
    return {each.name: each.pid for each in stack.instances()}


def test_everything_that_a_run_leaves_is_gone_and_what_was_there_when_new_is_there(used: Stack, reset: Reset) -> None:
    before = pids(used)
    write_everywhere(used)
    toxic(used)
    used.cut("front-1->back-2")
    done = reset.do(NEXT, at_rest=True)

    assert rows(used, "things") == [("the first one",)]
    assert rows(used, "book") == []
    with mysql_connection(used, "back") as connection, connection.cursor() as cursor:
        cursor.execute("INSERT INTO book (thing) VALUES ('the first one')")
        assert cursor.lastrowid == 1, "counters begin again"
    for server in ("cache", "locks"):
        with redis_client(used, server) as client:
            assert client.info("keyspace") == {}
    assert get(used.edge_addresses("front-1", "back")[1])["INSTANCE"] == "back-2"
    assert done.restarted == ("outside",), "what the world outside remembers is in its memory"
    after = pids(used)
    assert {name for name in after if after[name] != before[name]} == {"outside"}
    assert done.seconds < 10


@pytest.mark.parametrize("kind", sorted(CONTENTS))
def test_a_server_that_was_not_emptied_is_found_out(
    used: Stack, reset: Reset, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_everywhere(used)
    with monkeypatch.context() as broken:
        broken.setattr(CONTENTS[kind], "restore", lambda _self: None)
        broken.setattr("harness.stack.reset.reset._CLEAN_S", 0.5)
        with pytest.raises(NotClean, match="the stack as new: still not so") as caught:
            reset.do(NEXT, at_rest=True)
    left = {
        "mysql": "table back.things of mysql has other rows",
        "redis": "1 keys in db3 of cache",
        "rabbitmq": "1 messages in work of",
    }
    assert left[kind] in str(caught.value)
    reset.do(NEXT, at_rest=True)


def test_a_broken_edge_is_found_out(used: Stack, reset: Reset, monkeypatch: pytest.MonkeyPatch) -> None:
    toxic(used)
    used.cut("front-1->back-2")
    with monkeypatch.context() as broken:
        broken.setattr("harness.stack.reset.edges.restore", lambda _view, _seed: None)
        broken.setattr("harness.stack.reset.reset._CLEAN_S", 0.5)
        with pytest.raises(NotClean, match=f"edge front-1->back-2 is cut; toxic latency_downstream on edge {EDGE}"):
            reset.do(NEXT, at_rest=True)
    reset.do(NEXT, at_rest=True)


def test_what_was_killed_paused_or_has_ended_is_started_again(used: Stack, reset: Reset) -> None:
    before = pids(used)
    used.kill("back-1")
    used.pause("back-2")
    used.kill("locks")
    used.pause("cache")
    done = reset.do(NEXT, at_rest=True)
    assert set(done.restarted) == {"outside", "back-1", "back-2"}
    after = pids(used)
    assert {name for name in after if after[name] != before[name]} == {"outside", "back-1", "back-2", "locks"}
    for name in ("back-1", "back-2", "front-1"):
        assert get(used.address(name, "http"))["INSTANCE"] == name
    os.kill(pids(used)["back-1"] or 0, signal.SIGKILL)
    wait_until(lambda: not used.instance("back-1").alive, what="back-1 gone", timeout_s=5)
    assert set(reset.do(NEXT, at_rest=True).restarted) == {"outside", "back-1"}, "it has ended by itself"
    assert reset.do(NEXT, at_rest=True).restarted == ("outside",), "and then it is as good as new"


def test_a_system_that_is_not_at_rest_is_started_again_as_a_whole(used: Stack, reset: Reset) -> None:
    services = {each.name for each in used.instances() if each.role is Role.SERVICE}
    assert set(reset.do(NEXT, at_rest=False).restarted) == {"outside", *services}


def test_a_message_in_somebodys_hands_is_no_rest(used: Stack, reset: Reset, monkeypatch: pytest.MonkeyPatch) -> None:
    """Purging does not reach it, and what the broker shows of a quorum queue is seconds old."""
    monkeypatch.setattr("harness.stack.reset.reset._CLEAN_S", 0.5)

    async def hold(channel: aio_pika.abc.AbstractChannel) -> None:
        await channel.default_exchange.publish(aio_pika.Message(b"x"), "work")
        message = await (await channel.get_queue("work")).get()
        assert message is not None
        with pytest.raises(NotClean, match="1 messages in work of rabbitmq"):
            await asyncio.to_thread(reset.do, NEXT, at_rest=True)

    _amqp(used, hold)
    reset.do(NEXT, at_rest=True)


def test_a_member_that_does_not_come_back_is_told(used: Stack, reset: Reset, monkeypatch: pytest.MonkeyPatch) -> None:
    used.kill("back-1")
    boot = used.boot
    with monkeypatch.context() as broken:
        broken.setattr(used, "boot", lambda name: None if name == "back-1" else boot(name))
        with pytest.raises(NotClean, match="back-1 ended with code"):
            reset.do(NEXT, at_rest=True)
    reset.do(NEXT, at_rest=True)
