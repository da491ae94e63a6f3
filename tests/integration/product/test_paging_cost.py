"""A page of the catalogue after a cursor costs what it shows, wherever it is: rows read, as MySQL counts them.

In ascending orders. In descending ones MariaDB reads the index from its end, without the count that a numbered page costs.
"""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from alembic import command
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from harness.stack.attach import AttachedStack
from harness.stack.namespaces import Namespace
from system.common.database import Transaction
from system.common.migrate import configuration
from system.product.domain.catalogue import Page, Place, Search, Sort
from system.product.store import products

ROWS, SIZE = 20_000, 20
_TEN = " UNION ALL ".join(f"SELECT {n} AS n" for n in range(10))
NUMBERS = f"(SELECT a.n + 10*b.n + 100*c.n + 1000*d.n + 10000*e.n AS n FROM ({_TEN}) a, ({_TEN}) b, ({_TEN}) c, ({_TEN}) d, ({_TEN}) e) s"  # noqa: E501 - made of constants
ID = "LOWER(CONCAT(LPAD(HEX(s.n), 8, '0'), '-0000-4000-8000-000000000000'))"
FIRST = Search(page=1, page_size=SIZE, name_contains="", category_id=None)


@pytest.fixture(scope="module")
async def catalogue(stack: AttachedStack) -> AsyncIterator[AsyncEngine]:
    """A schema of its own, in which every price, name and age is another."""
    key = "s.n"
    with Namespace.take(stack) as namespace:
        access = namespace.mysql("product")
        url = f"mysql+asyncmy://{access.user}:{access.password}@{access.host}:{access.port}/{access.schema}"
        command.upgrade(configuration("product", url), "head")
        engine = create_async_engine(url, isolation_level="READ COMMITTED")
        try:
            async with engine.begin() as tx:
                values = f"{ID}, CONCAT('lamp ', {key}), '', 1 + {key}, 'EUR', '[]', '2026-01-01' + INTERVAL {key} SECOND"
                into = "products (id, name, description, price_minor, currency, images, created_at)"
                await tx.execute(text(f"INSERT INTO {into} SELECT {values} FROM {NUMBERS} WHERE s.n < {ROWS}"))
                await tx.execute(text("ANALYZE TABLE products"))
            yield engine
        finally:
            await engine.dispose()


async def rows_read(tx: Transaction) -> int:
    """How many rows this connection has read so far."""
    counted = await tx.execute(text("SHOW SESSION STATUS LIKE 'Handler_read%'"))
    return sum(int(row[1]) for row in counted)


@pytest.mark.parametrize("sort", [Sort.NAME, Sort.PRICE_ASC])
@pytest.mark.parametrize("where", [0.001, 0.5, 0.99])
async def test_a_page_after_a_cursor_reads_what_it_shows(catalogue: AsyncEngine, sort: Sort, where: float) -> None:
    async with catalogue.begin() as tx:
        last = f"{int(ROWS * where):08x}-0000-4000-8000-000000000000"
        search = replace(FIRST, sort=sort, after=Place(last, ROWS))
        before = await rows_read(tx)
        overhead = await rows_read(tx) - before
        page = await products.page(tx, search)
        read = await rows_read(tx) - before - 2 * overhead
    assert len(page.products) == SIZE
    assert read <= 3 * SIZE, f"{read} rows for a page of {SIZE}"


async def test_a_page_beyond_the_end_is_counted_and_not_looked_for(catalogue: AsyncEngine) -> None:
    async with catalogue.begin() as tx:
        assert await products.page(tx, replace(FIRST, page=10_000, page_size=100)) == Page((), ROWS)
