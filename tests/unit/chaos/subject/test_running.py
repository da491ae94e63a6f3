"""What is observed at rest: every schema once, at one moment, in the order in which an order flows; and when rest is."""

from types import SimpleNamespace
from typing import Any, cast

import pymysql
import pytest

from chaos.observations.identity import LOGIN_RATE, REFRESH_AGAIN
from chaos.observations.locks import LOCK_ATTEMPTS, LOCK_GRANTS, LOCK_SETTINGS, LOCK_STRAYS, LOCK_UNWATCHED, TOKENS
from chaos.observations.orders import TIME_TO_PAY
from chaos.observations.outside import MAILBOX, PROVIDER_LEDGER
from chaos.observations.rest import CONNECTIONS, HEALTH, LOCK_KEYS, QUEUES, HealthRow, LockKeyRow, QueueRow
from chaos.subject import running
from chaos.subject.databases import MOVING, OBSERVED, OUTSTANDING, PAID
from chaos.subject.running import RunningShop
from harness.system.clocks import CLOCKS, ClockOffset

CLOCK = ClockOffset(1_000, 7)
LOCKS = {LOCK_GRANTS, LOCK_ATTEMPTS, LOCK_STRAYS, LOCK_UNWATCHED, LOCK_SETTINGS}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is read, in the order in which it is."""
    asked: list[str] = []

    def snapshot(access: str, queries: dict[str, str], clock_ns: int) -> dict[str, tuple[Any, ...]]:
        asked.append(access)
        assert clock_ns == CLOCK.offset_ns
        return dict.fromkeys(queries, ())

    async def empty(what: str) -> tuple[Any, ...]:
        asked.append(what)
        return ()

    async def queues(_stack: object) -> list[QueueRow]:
        asked.append("queues")
        return [QueueRow("order.place", 0)]

    for name, fake in (
        ("snapshot", snapshot),
        ("of_database", lambda _access: CLOCK),
        ("clock_rows", lambda _: empty("clocks")),
        ("queues", queues),
        ("lock_keys", lambda _: empty("lock keys")),
        ("Resources", lambda _stack: SimpleNamespace(observed=lambda: [(CONNECTIONS, [])])),
    ):
        monkeypatch.setattr(running, name, fake)
    monkeypatch.setattr(RunningShop, "_health", lambda _self: empty("health"))
    outside = SimpleNamespace(ledger=lambda: empty("ledger"), messages=lambda: empty("mailbox"))
    for name in ("provider", "mailbox"):
        monkeypatch.setattr(RunningShop, name, outside)
    return asked


async def test_each_schema_is_read_once_and_what_flows_is_read_downstream(asked: list[str]) -> None:
    chosen = SimpleNamespace(settings={"order": {"RESERVATION_TTL_S": "4", "LOCK_TTL_S": "1"}})
    stack = SimpleNamespace(base_url="http://h", address=lambda *_: "h:1", mysql=lambda schema: schema, manifest=chosen)
    shop = RunningShop(cast(Any, stack))
    observed = dict(await shop.observe())
    await shop.leaving.aclose()
    reads = [each for each in asked if each not in ("health", "clocks", "lock keys")]
    assert sorted(reads) == sorted([*OBSERVED, "queues", "ledger", "mailbox"])
    flow = ["order", "queues", "payment", "notification", "mailbox"]
    assert [each for each in reads if each in flow] == flow
    assert observed[TIME_TO_PAY] == [{"seconds": 4.0}]
    assert observed[LOCK_SETTINGS] == [{"ttl_s": 1.0, "wait_s": 4.0}]
    assert observed[LOGIN_RATE] == [{"attempts": 10, "seconds": 60, "crowd": 30, "slowed": 1, "hashes": 0}]
    assert observed[REFRESH_AGAIN] == [{"seconds": 5.0}]
    outside = {
        QUEUES,
        CONNECTIONS,
        LOCK_KEYS,
        TIME_TO_PAY,
        LOGIN_RATE,
        REFRESH_AGAIN,
        PROVIDER_LEDGER,
        MAILBOX,
        HEALTH,
        CLOCKS,
        *LOCKS,
    }
    assert set(observed) == outside | {subject for queries in OBSERVED.values() for subject in queries} - {TOKENS}


@pytest.fixture
def counts(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, str], int]:
    """What is counted, by schema and query; all else is nought."""
    counts: dict[tuple[str, str], int] = {}
    monkeypatch.setattr(running, "count", lambda schema, query: counts.get((schema, query), 0))

    async def well(_self: object) -> list[HealthRow]:
        return [HealthRow("order-1", well=True, detail="runs")]

    async def queues(_stack: object) -> list[QueueRow]:
        return [QueueRow("order.place", 0), QueueRow("order.place.dead", 1)]

    async def lock_keys(_stack: object) -> list[LockKeyRow]:
        return []

    monkeypatch.setattr(RunningShop, "_health", well)
    monkeypatch.setattr(running, "queues", queues)
    monkeypatch.setattr(running, "lock_keys", lock_keys)
    return counts


async def test_the_shop_is_at_rest_when_nothing_is_left_and_nothing_moves(counts: dict[tuple[str, str], int]) -> None:
    stack = SimpleNamespace(base_url="http://h", address=lambda *_: "h:1", mysql=lambda schema: schema)
    shop = RunningShop(cast(Any, stack))
    counts[MOVING["orders"]] = 3
    first = ["orders still change (0, now 3)", "stock movements still change (0, now 0)"]
    dead = "messages in order.place.dead still change (0, now 1)"
    assert list(await shop.outstanding()) == [*first, dead], "counted for the first time"
    assert list(await shop.outstanding()) == []
    counts[PAID] = 2
    counts[OUTSTANDING["sagas under way"]] = 1
    assert list(await shop.outstanding()) == ["1 sagas under way", "0 confirmations sent for 2 paid orders"]
    await shop.leaving.aclose()


async def test_a_database_that_cannot_be_asked_is_not_at_rest(
    counts: dict[tuple[str, str], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(_schema: str, _query: str) -> int:
        raise pymysql.OperationalError(2003, "refused")

    monkeypatch.setattr(running, "count", down)
    stack = SimpleNamespace(base_url="http://h", address=lambda *_: "h:1", mysql=lambda schema: schema)
    shop = RunningShop(cast(Any, stack))
    await shop.outstanding()
    (left,) = await shop.outstanding()
    assert left.startswith("the database cannot be asked")
    await shop.leaving.aclose()


async def test_a_dead_letter_that_has_just_arrived_is_not_at_rest(
    counts: dict[tuple[str, str], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it was on its way it was in no queue, so nobody knows whether another one is."""
    arrived = iter((0, 0, 1, 1))

    async def queues(_stack: object) -> list[QueueRow]:
        return [QueueRow("order.place", 0), QueueRow("order.place.dead", next(arrived))]

    monkeypatch.setattr(running, "queues", queues)
    stack = SimpleNamespace(base_url="http://h", address=lambda *_: "h:1", mysql=lambda schema: schema)
    shop = RunningShop(cast(Any, stack))
    await shop.outstanding()
    looks = [list(await shop.outstanding()) for _ in range(3)]
    assert looks == [[], ["messages in order.place.dead still change (0, now 1)"], []]
    await shop.leaving.aclose()


async def test_a_held_lock_and_an_unacknowledged_message_are_not_at_rest(
    counts: dict[tuple[str, str], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def queues(_stack: object) -> list[QueueRow]:
        return [QueueRow("order.place", 2)]

    async def lock_keys(_stack: object) -> list[LockKeyRow]:
        return [LockKeyRow("redis-lock-1", "lock:p", 900)]

    monkeypatch.setattr(running, "queues", queues)
    monkeypatch.setattr(running, "lock_keys", lock_keys)
    counts.update(dict.fromkeys(MOVING.values(), 0))
    stack = SimpleNamespace(base_url="http://h", address=lambda *_: "h:1", mysql=lambda schema: schema)
    shop = RunningShop(cast(Any, stack))
    await shop.outstanding()
    assert list(await shop.outstanding()) == ["2 messages in order.place", "lock:p at redis-lock-1"]
    await shop.leaving.aclose()
