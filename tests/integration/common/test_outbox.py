"""The outbox on a real database: what cannot be delivered keeps nothing else, and the gauge shows what is left."""

import uuid
from collections.abc import AsyncIterator, Iterator

import pytest
from alembic import command
from prometheus_client import REGISTRY
from sqlalchemy import text

from harness.stack.attach import AttachedStack
from harness.stack.namespaces import Namespace
from system.common.database import Database, connect
from system.common.errors import Unavailable
from system.common.migrate import configuration
from system.common.outbox import BATCH, Outbox, Outgoing
from system.common.settings import DatabaseSettings


@pytest.fixture(scope="module")
def schema(stack: AttachedStack) -> Iterator[str]:
    """A schema of order's that no instance of the shop looks into; the address of it."""
    with Namespace.take(stack) as namespace:
        access = namespace.mysql("order")
        url = f"mysql+asyncmy://{access.user}:{access.password}@{access.host}:{access.port}/{access.schema}"
        command.upgrade(configuration("order", url), "head")
        yield url


@pytest.fixture
async def database(schema: str) -> AsyncIterator[Database]:
    async with connect(DatabaseSettings(database_url=schema)) as opened:
        async with opened.transaction() as tx:
            await tx.execute(text("DELETE FROM outbox"))
        yield opened


async def left(database: Database) -> list[tuple[str, int]]:
    async with database.transaction() as tx:
        rows = await tx.execute(text("SELECT topic, attempts FROM outbox ORDER BY id"))
        return [(row.topic, row.attempts) for row in rows]


@pytest.mark.parametrize("error", [Unavailable("away"), KeyError("a topic that nobody knows")], ids=lambda e: type(e).__name__)
async def test_what_cannot_be_delivered_keeps_no_other(database: Database, error: Exception) -> None:
    arrived = []

    async def deliver(message: Outgoing) -> None:
        if message.topic == "bad":
            raise error
        arrived.append(message.topic)

    outbox = Outbox(database, deliver, name="bad")
    async with database.transaction() as tx:
        await outbox.write(tx, [(str(uuid.uuid4()), topic, b"") for topic in ("good", "bad", "better")])
    assert await outbox.relay() == 2
    assert arrived == ["good", "better"]
    assert await left(database) == [("bad", 1)]


async def test_the_gauge_shows_all_that_waits(database: Database) -> None:
    async def deliver(message: Outgoing) -> None:
        raise Unavailable("away")

    outbox = Outbox(database, deliver, name="waiting")
    async with database.transaction() as tx:
        await outbox.write(tx, [(str(uuid.uuid4()), "topic", b"") for _ in range(2 * BATCH + 1)])
    await outbox.relay()
    await outbox.measure()
    assert REGISTRY.get_sample_value("outbox_pending", {"outbox": "waiting"}) == 2 * BATCH + 1
