"""What MySQL does for each statement of the hot paths, with 10^5 rows in every table that grows: no full scan, no filesort.

The statements are those that the services' own code sends: they are caught on their way, and explained.
"""

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, event, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from harness.stack.attach import AttachedStack
from harness.stack.namespaces import Namespace
from system.common import inbox, saga_store
from system.common.database import Database, Transaction
from system.common.migrate import configuration
from system.common.outbox import Outbox, Outgoing
from system.common.retention import Past, Retention
from system.common.saga import Definition, Done, Local, Outcome, Remote, Saga
from system.common.saga_engine import SagaEngine
from system.order import __main__ as order_service
from system.order import store as orders
from system.order.domain import Address, Item, Money, PaymentOutcome, Placement, Status
from system.payment import __main__ as payment_service
from system.payment.domain import Status as PaymentStatus
from system.payment.store import PaymentStore
from system.product import __main__ as product_service
from system.product.domain.reservations import PricedLine, Reservation, State
from system.product.domain.stock import Change, Kind, Movement
from system.product.domain.values import Money as Price
from system.product.store import products, reservations, stock
from system.user.domain import RefreshToken
from system.user.store import Store as UserStore

ROWS = 100_000
FEW = 10
MANY = 1_000
"""Estimated rows beyond which a filesort is one of a table that grows, and not of what an index has found."""
_TEN = " UNION ALL ".join(f"SELECT {n} AS n" for n in range(10))
NUMBERS = f"(SELECT a.n + 10*b.n + 100*c.n + 1000*d.n + 10000*e.n AS n FROM ({_TEN}) a, ({_TEN}) b, ({_TEN}) c, ({_TEN}) d, ({_TEN}) e) s"  # noqa: E501 - made of constants
AGO = "UTC_TIMESTAMP(6) - INTERVAL s.n SECOND"
ID = "CONCAT(LPAD(HEX(s.n), 8, '0'), '-0000-0000-0000-000000000000')"

FULL: Mapping[str, Sequence[tuple[str, str]]] = {
    "order": (
        (
            (
                "orders (id, user_id, idempotency_key, fingerprint, customer_email, status, recipient, street, city,"
                " postal_code, country, created_at, expires_at)"
            ),
            (
                f"LOWER({ID}), LOWER({ID}), s.n, s.n, 'a@shop.example', ELT(1 + s.n % 3, 'PAID', 'EXPIRED', 'REJECTED'),"
                f" 'a', 'a', 'a', 'a', 'NL', {AGO}, {AGO}"
            ),
        ),
        ("order_items (order_id, position, product_id, quantity)", f"LOWER({ID}), 0, LOWER({ID}), 1"),
        (
            "sagas (id, kind, subject, active, state, step, attempts, reason, data, lease, lease_until, due_at, updated_at)",
            f"LOWER({ID}), 'place', LOWER({ID}), NULL, 'DONE', 1, 0, '', '{{}}', 'order-1:0:0', {AGO}, {AGO}, {AGO}",
        ),
        (
            "saga_steps (saga_id, step, direction, outcome, executor, at)",
            f"LOWER({ID}), 'reserve_stock', 'do', 'done', 'order-1:0:0', {AGO}",
        ),
        ("fencing_tokens (resources, names, holder, drawn_at)", f"1, '[]', '', {AGO}"),
        (
            "outbox (message_id, topic, payload, headers, due_at)",
            f"LOWER({ID}), 'order.paid', '', '{{}}', UTC_TIMESTAMP(6) + INTERVAL 1 HOUR",
        ),
    ),
    "payment": (
        (
            "payments (id, order_id, provider_payment_id, amount_minor, currency, status)",
            f"LOWER({ID}), LOWER({ID}), s.n, 1, 'EUR', 'CAPTURED'",
        ),
        ("inbox (message_id, handled_at)", f"LOWER({ID}), {AGO}"),
    ),
    "product": (
        (
            "products (id, name, description, price_minor, currency, images)",
            f"LOWER({ID}), 'lamp', '', 1, 'EUR', '[]'",
        ),
        ("stock (product_id, available)", f"LOWER({ID}), 10"),
        ("reservations (order_id, state)", f"LOWER({ID}), 'CONFIRMED'"),
        (
            "reservation_lines (order_id, product_id, quantity, name, unit_price_minor, currency)",
            f"LOWER({ID}), LOWER({ID}), 1, 'lamp', 1, 'EUR'",
        ),
        ("fenced_off (product_id, token, written, refused_at)", f"LOWER({ID}), 1, 2, {AGO}"),
    ),
    "user": (
        (
            "users (id, email, name, password_hash, role, version, announced_version, created_at)",
            f"LOWER({ID}), CONCAT(s.n, '@shop.example'), 'a', '', IF(s.n % 50000, 'USER', 'ADMIN'), 1, 1, {AGO}",
        ),
        (
            "refresh_tokens (jti, family, user_id, expires_at)",
            f"LOWER({ID}), LOWER({ID}), LOWER({ID}), {AGO}",
        ),
        ("ended_sessions (family, account, ended_at, announced)", f"LOWER({ID}), LOWER({ID}), {AGO}, 1"),
    ),
}
"""Per service, its tables that grow: columns, and what row `s.n` holds."""


@dataclass(frozen=True)
class Statement:
    """A statement as it was sent."""

    text: str
    parameters: Any


@pytest.fixture(scope="module", params=FULL)
async def full(stack: AttachedStack, request: pytest.FixtureRequest) -> AsyncIterator[tuple[str, AsyncEngine]]:
    """A service, and a full schema of it."""
    service = request.param
    with Namespace.take(stack) as namespace:
        access = namespace.mysql(service)
        url = f"mysql+asyncmy://{access.user}:{access.password}@{access.host}:{access.port}/{access.schema}"
        command.upgrade(configuration(service, url), "head")
        engine = create_async_engine(url, isolation_level="READ COMMITTED")
        try:
            async with engine.begin() as connection:
                for into, values in FULL[service]:
                    await connection.execute(text(f"INSERT INTO {into} SELECT {values} FROM {NUMBERS}"))
                for into, _ in FULL[service]:
                    await connection.execute(text(f"ANALYZE TABLE {into.partition(' ')[0]}"))
            yield service, engine
        finally:
            await engine.dispose()


@contextmanager
def caught(engine: Any) -> Iterator[list[Statement]]:
    """The statements that an engine sends within the block."""
    statements: list[Statement] = []

    def catch(_connection: Connection, _cursor: Any, sent: str, parameters: Any, _context: Any, many: bool) -> None:
        statements.append(Statement(sent, parameters[0] if many else parameters))

    event.listen(engine, "before_cursor_execute", catch)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", catch)


async def bad_plans(database: Database, statements: Sequence[Statement]) -> list[str]:
    """Of statements that read, those that MySQL answers by reading a whole table, or by sorting many rows."""
    bad = []
    reading = {s.text: s for s in statements if s.text.split(maxsplit=1)[0] in {"SELECT", "UPDATE", "DELETE"}}
    assert reading, "nothing was sent"
    async with database.transaction() as tx:
        for statement in reading.values():
            plan = (await tx.exec_driver_sql(f"EXPLAIN {statement.text}", statement.parameters)).mappings().all()
            for step in plan:
                rows = int(step["rows"] or 0)
                scans = step["type"] in {"ALL", "index"} and rows > MANY
                sorts = "filesort" in (step["Extra"] or "") and rows > MANY
                if scans or sorts:
                    bad.append(f"{step['table']}: {step['type']}, {rows} rows, {step['Extra']}: {statement.text}")
    return bad


def new_id() -> str:
    return str(uuid.uuid4())


def a_placement() -> Placement:
    address = Address("a", "a", "a", "a", "NL")
    return Placement(new_id(), new_id(), "a@shop.example", "key", (Item(new_id(), 1),), address)


async def order_work(database: Database) -> None:
    async def act(sagas: Sequence[Saga]) -> Sequence[Outcome]:
        return [Done()] * len(sagas)

    async def end(tx: Transaction, sagas: Sequence[Saga]) -> None:
        await orders.move(tx, [s.subject for s in sagas], Status.REJECTED, reason="OUT_OF_STOCK")

    definition = Definition("place", (Remote("step", act),), finish=Local("end", end), give_up=Local("end", end))
    engine = SagaEngine(database, [definition], instance="order-1")
    placements = [a_placement() for _ in range(20)]
    async with database.transaction() as tx:
        await orders.draw_token(tx, ["a"], "me")
        await orders.add(tx, placements)
        await orders.find(tx, [p.order_id for p in placements], lock=True)
        await orders.holders(tx, placements)
        sagas = await engine.start(tx, "place", {p.order_id: {} for p in placements})
    async with database.transaction() as tx:
        await orders.active_saga(tx, placements[0].order_id)
        await orders.page(tx, placements[0].user_id, 20, None)
        await orders.page(tx, placements[0].user_id, 20, ("2026-01-01 00:00:00.000000", new_id()))
        await orders.overdue(tx, 100)
        await saga_store.claim(tx, ["place"], "lease", 15, 100)
        await saga_store.drop_leases(tx, "order-1:", "order-1:now:")
        await saga_store.parked(tx)
        await saga_store.postpone(tx, sagas[0], 1, "why")
        await orders.reserve(tx, {placements[0].order_id: [Item(new_id(), 1, "lamp", Money(1, "EUR"))]}, 300)
        await orders.note_payment(tx, placements[0].order_id, "pay", PaymentOutcome.DECLINED, "CARD_DECLINED")
    await engine.execute(sagas[1:])
    await relay(database)
    await Retention(database, order_service.PAST, keep_s=30 * 24 * 3600).sweep()


async def relay(database: Database) -> None:
    async def deliver(message: Outgoing) -> None:
        return None

    outbox = Outbox(database, deliver, name="test")
    async with database.transaction() as tx:
        await outbox.write(tx, [(new_id(), "topic", b"")])
    assert await outbox.relay() == 1


async def payment_work(database: Database) -> None:
    store, order = PaymentStore(), new_id()
    async with database.transaction() as tx:
        await store.add(tx, order, "pay", None)
        (payment,) = await store.lock_order(tx, order)
        await store.captured_elsewhere(tx, order, "pay")
        await store.settle(tx, payment.id, PaymentStatus.DECLINED, "no")
        await store.ask_refund(tx, payment.id)
        await store.close(tx, payment.id, PaymentStatus.REFUNDED)
        await store.get(tx, payment.id)
        await store.newest(tx, order)
        await inbox.first_time(tx, new_id())
    await Retention(database, payment_service.PAST, keep_s=30 * 24 * 3600).sweep()


async def product_work(database: Database) -> None:
    known = ["00000001-0000-0000-0000-000000000000", "00000002-0000-0000-0000-000000000000"]
    order = new_id()
    line = PricedLine(known[0], 1, "lamp", Price(1, "EUR"))
    async with database.transaction() as tx:
        assert len(await products.find(tx, known)) == 2
        assert len(await stock.lock(tx, known)) == 2
        await stock.find(tx, known[0])
        await reservations.find(tx, [order], lock=True)
        await reservations.add(tx, [Reservation(order, State.RESERVED, (line,))])
        await reservations.move(tx, {order: State.CONFIRMED})
        await stock.apply(tx, [Change(known[0], available=-1, reserved=1, sold=0, fence=7)])
        await stock.record(tx, [Movement(known[0], Kind.RESERVE, 1, order, 7)])
    await Retention(database, product_service.PAST, keep_s=30 * 24 * 3600).sweep()


async def user_work(database: Database) -> None:
    store, known, family = UserStore(), "00000001-0000-0000-0000-000000000000", new_id()
    token = RefreshToken(new_id(), family, known, 1, datetime.now(UTC))
    async with database.transaction() as tx:
        account = await store.find(tx, known)
        assert account is not None
        assert await store.find_by_email(tx, "1@shop.example") == account == await store.lock(tx, known)
        assert len(await store.lock_admins(tx)) == 2
        await store.has_admin(tx)
        await store.version(tx, known)
        await store.write(tx, account)
        await store.rehash(tx, known, "", "x")
        await store.unannounced(tx, 100)
        await store.note_announced(tx, known, 2)
        await store.add_refresh(tx, token)
        await store.use_refresh(tx, token.id)
        await store.repeatable(tx, token.id, new_id(), 5)
        await store.end_session(tx, known, family)
        await store.ended(tx, known)
        await store.unannounced_ends(tx, 100)
        await store.note_end_announced(tx, family)
        await store.forget_ended(tx, 1000, FEW)
        await store.forget_expired(tx, FEW)


WORK: Mapping[str, Callable[[Database], Awaitable[None]]] = {
    "order": order_work,
    "payment": payment_work,
    "product": product_work,
    "user": user_work,
}


PAST: Mapping[str, Sequence[Past]] = {
    "order": order_service.PAST,
    "payment": payment_service.PAST,
    "product": product_service.PAST,
    "user": (),  # its loop deletes by itself; see user_work
}


async def test_no_statement_of_a_hot_path_reads_a_whole_table(full: tuple[str, AsyncEngine]) -> None:
    service, engine = full
    with caught(engine.sync_engine) as statements:
        await WORK[service](Database(engine))
    assert await bad_plans(Database(engine), statements) == []


async def test_a_scan_is_seen(full: tuple[str, AsyncEngine]) -> None:
    service, engine = full
    table = FULL[service][0][0].partition(" ")[0]
    with caught(engine.sync_engine) as statements:
        async with engine.begin() as tx:
            await tx.execute(text(f"SELECT * FROM {table} WHERE CHAR_LENGTH(id) = 7 ORDER BY REVERSE(id)"))
    (bad,) = await bad_plans(Database(engine), statements)
    assert bad.startswith(f"{table}: ALL, ")


async def test_what_is_past_is_deleted_and_the_rest_kept(full: tuple[str, AsyncEngine]) -> None:
    service, engine = full
    await Retention(Database(engine), PAST[service], keep_s=1000).sweep()
    past = {each.table.name for each in PAST[service]}
    async with engine.begin() as tx:
        for table in (into.partition(" ")[0] for into, _ in FULL[service]):
            left = (await tx.execute(text(f"SELECT COUNT(*) FROM {table}"))).scalar_one()
            assert left <= 1100 if table in past else left >= ROWS - FEW, table
