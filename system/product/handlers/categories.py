"""The tree of categories. Changes of its shape take turns, so that two moves cannot close a circle between them."""

import uuid
from collections.abc import Sequence
from dataclasses import replace

from system.common.database import Database, Transaction
from system.common.errors import Conflict
from system.product.domain.catalogue import (
    MAX_DEPTH,
    Category,
    Neighbourhood,
    Parents,
    closes_circle,
    depth_under,
)
from system.product.handlers.refusals import category_in_use, category_not_found, require_current, translated
from system.product.store import categories


class Categories:
    """Categories over one schema."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, name: str, parent_id: str | None) -> Category:
        """Add a node. Raises NotFound (parent), AlreadyExists (name), Conflict (too deep)."""
        category = Category(str(uuid.uuid4()), name, parent_id)

        async def work(tx: Transaction) -> None:
            _check_place(await categories.lock_tree(tx), None, parent_id)
            with translated(parent_id or ""):
                await categories.add(tx, category)

        await self._database.run(work)
        return category

    async def get(self, category_id: str) -> Neighbourhood:
        """A node with its neighbours. Raises NotFound."""

        async def work(tx: Transaction) -> Neighbourhood:
            category = await _read(tx, category_id)
            parent = await categories.find(tx, category.parent_id) if category.parent_id else None
            return Neighbourhood(category, parent, await categories.children(tx, category_id))

        return await self._database.run(work)

    async def children(self, parent_id: str | None) -> tuple[Category, ...]:
        """The children of a node, or the roots. Raises NotFound."""

        async def work(tx: Transaction) -> tuple[Category, ...]:
            if parent_id:
                await _read(tx, parent_id)
            return await categories.children(tx, parent_id)

        return await self._database.run(work)

    async def update(self, category_id: str, name: str | None, parent_id: str | None, if_match: Sequence[str] = ()) -> Category:
        """Rename a node, or move it under another parent ("" makes it a root); None leaves either.

        Raises NotFound (it, or the parent), AlreadyExists (name), Conflict (circle, too deep), Stale unless it has one of the
        tags `if_match`.
        """

        async def work(tx: Transaction) -> Category:
            tree = await categories.lock_tree(tx)
            after = before = await _read(tx, category_id)
            require_current(before, if_match)
            if name is not None:
                after = replace(after, name=name)
            if parent_id is not None:
                after = replace(after, parent_id=parent_id or None)
                _check_place(tree, category_id, after.parent_id)
            if after != before:
                with translated(after.parent_id or ""):
                    await categories.change(tx, after)
            return after

        return await self._database.run(work)

    async def delete(self, category_id: str) -> None:
        """Remove an empty node. Raises NotFound, Conflict."""

        async def work(tx: Transaction) -> None:
            if category_id not in await categories.lock_tree(tx):
                raise category_not_found(category_id)
            if await categories.in_use(tx, category_id):
                raise category_in_use()
            with translated(category_id):
                await categories.delete(tx, category_id)

        await self._database.run(work)


def _check_place(tree: Parents, category_id: str | None, parent_id: str | None) -> None:
    if parent_id and parent_id not in tree:
        raise category_not_found(parent_id)
    if category_id and closes_circle(tree, category_id, parent_id):
        raise Conflict("a category cannot hang under itself or its descendants", reason="CATEGORY_CIRCLE")
    if depth_under(tree, parent_id, category_id) > MAX_DEPTH:
        raise Conflict(f"categories nest at most {MAX_DEPTH} levels deep", reason="CATEGORY_TOO_DEEP")


async def _read(tx: Transaction, category_id: str) -> Category:
    category = await categories.find(tx, category_id)
    if category is None:
        raise category_not_found(category_id)
    return category
