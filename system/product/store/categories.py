"""Categories: the tree, as rows that know their parent."""

from typing import Any

from sqlalchemy import Row, exists, insert, select, update
from sqlalchemy import delete as remove

from system.common.database import Transaction
from system.product.domain.catalogue import Category
from system.product.tables import CATEGORIES, PRODUCTS


async def lock_tree(tx: Transaction) -> dict[str, str | None]:
    """Every node's parent, locked until the transaction ends: changes of the tree's shape take turns."""
    query = select(CATEGORIES.c.id, CATEGORIES.c.parent_id).order_by(CATEGORIES.c.id).with_for_update()
    return {row.id: row.parent_id for row in await tx.execute(query)}


async def find(tx: Transaction, category_id: str) -> Category | None:
    """A node, or None."""
    row = (await tx.execute(select(CATEGORIES).where(CATEGORIES.c.id == category_id))).first()
    return _category(row) if row else None


async def children(tx: Transaction, parent_id: str | None) -> tuple[Category, ...]:
    """The children of a node (None: the roots), by name."""
    query = select(CATEGORIES).where(CATEGORIES.c.parent_id == parent_id if parent_id else CATEGORIES.c.parent_id.is_(None))
    return tuple(_category(row) for row in await tx.execute(query.order_by(CATEGORIES.c.name, CATEGORIES.c.id)))


async def add(tx: Transaction, category: Category) -> None:
    """Add a node. Raises sqlalchemy.exc.IntegrityError when a sibling has its name or its parent is gone."""
    await tx.execute(insert(CATEGORIES).values(vars(category)))


async def change(tx: Transaction, category: Category) -> None:
    """Write a node's name and parent. Raises sqlalchemy.exc.IntegrityError as `add` does."""
    await tx.execute(update(CATEGORIES).where(CATEGORIES.c.id == category.id).values(vars(category)))


async def in_use(tx: Transaction, category_id: str) -> bool:
    """Whether a node has children or products."""
    child = exists().where(CATEGORIES.c.parent_id == category_id)
    product = exists().where(PRODUCTS.c.category_id == category_id)
    return bool((await tx.execute(select(child | product))).scalar())


async def delete(tx: Transaction, category_id: str) -> None:
    """Remove a node. Raises sqlalchemy.exc.IntegrityError while something refers to it."""
    await tx.execute(remove(CATEGORIES).where(CATEGORIES.c.id == category_id))


def _category(row: Row[Any]) -> Category:
    return Category(row.id, row.name, row.parent_id)
