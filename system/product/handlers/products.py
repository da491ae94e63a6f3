"""The catalogue's products."""

import uuid
from collections.abc import Sequence

from system.common.bulkhead import Bulkhead
from system.common.database import Database, Transaction
from system.common.errors import Conflict
from system.product.domain.catalogue import Draft, Page, Patch, Product, Search
from system.product.handlers.refusals import category_not_found, product_not_found, require_current, translated
from system.product.store import categories, products, stock

SEARCHES_AT_ONCE, SEARCHES_WAITING = 6, 200
"""Anybody may search: fewer at a time than the pool has connections, so that reservations find one."""


class Products:
    """Products over one schema."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._searches = Bulkhead("searches of the catalogue", SEARCHES_AT_ONCE, SEARCHES_WAITING)

    async def create(self, draft: Draft) -> Product:
        """Add a product, without stock. Raises NotFound (category)."""
        product_id = str(uuid.uuid4())

        async def work(tx: Transaction) -> Product:
            with translated(draft.category_id or ""):
                await products.add(tx, product_id, draft)
            await stock.add(tx, product_id)
            return await _read(tx, product_id)

        return await self._database.run(work)

    async def get(self, product_id: str) -> Product:
        """A product. Raises NotFound."""
        return await self._database.run(lambda tx: _read(tx, product_id))

    async def get_many(self, product_ids: Sequence[str]) -> tuple[Product, ...]:
        """Products by id, in no order; unknown ones are left out."""
        return await self._database.run(lambda tx: products.find(tx, product_ids))

    async def search(self, search: Search) -> Page:
        """A page of the catalogue. Raises NotFound (category), Unavailable (too many search at once)."""

        async def work(tx: Transaction) -> Page:
            if search.category_id and not await categories.find(tx, search.category_id):
                raise category_not_found(search.category_id)
            return await products.page(tx, search)

        async with self._searches.entered():
            return await self._database.run(work)

    async def update(self, product_id: str, patch: Patch, if_match: Sequence[str] = ()) -> Product:
        """Change what the patch sets. Raises NotFound (product, category), Stale unless it has one of the tags `if_match`."""

        async def work(tx: Transaction) -> Product:
            if if_match:
                await products.lock(tx, product_id)
                require_current(await _read(tx, product_id), if_match)
            with translated(patch.category_id or ""):
                await products.change(tx, product_id, patch)
            return await _read(tx, product_id)

        return await self._database.run(work)

    async def delete(self, product_id: str) -> None:
        """Take a product out of the catalogue; its stock and its ledger stay. Raises NotFound, Conflict (units reserved)."""

        async def work(tx: Transaction) -> None:
            shelf = (await stock.lock(tx, [product_id])).get(product_id)
            if shelf is None or not shelf.on_sale:
                raise product_not_found(product_id)
            if shelf.reserved:
                raise Conflict(f"{shelf.reserved} units are reserved for orders", reason="PRODUCT_RESERVED")
            await products.delete(tx, product_id)

        await self._database.run(work)


async def _read(tx: Transaction, product_id: str) -> Product:
    found = await products.find(tx, [product_id])
    if not found:
        raise product_not_found(product_id)
    return found[0]
