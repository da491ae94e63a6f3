"""Products in the catalogue; those taken out of it keep their rows, for the ledger's sake, and are not found here."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Column, ColumnElement, Row, func, insert, select, update

from system.common.database import NOW, Transaction
from system.product.domain.catalogue import Draft, Image, Page, Patch, Place, Product, Search, Sort
from system.product.domain.values import Money
from system.product.tables import CATEGORIES, PRODUCTS

IN_CATALOGUE = PRODUCTS.c.deleted_at.is_(None)
ORDER: dict[Sort, tuple[Column[Any], bool]] = {
    Sort.NEWEST: (PRODUCTS.c.created_at, True),
    Sort.NAME: (PRODUCTS.c.name, False),
    Sort.PRICE_ASC: (PRODUCTS.c.price_minor, False),
    Sort.PRICE_DESC: (PRODUCTS.c.price_minor, True),
}
"""By what a page is sorted, and whether the greatest comes first; among equals by id, in the same direction."""


async def find(tx: Transaction, product_ids: Collection[str]) -> tuple[Product, ...]:
    """Products by id, in no order; unknown ones are missing."""
    if not product_ids:
        return ()
    rows = await tx.execute(select(PRODUCTS).where(PRODUCTS.c.id.in_(sorted(set(product_ids))), IN_CATALOGUE))
    return tuple(map(_product, rows))


async def page(tx: Transaction, search: Search) -> Page:
    """A page of the catalogue; empty after the place of a product that never was.

    By number it costs as much as all before it, and a count; after a place no count, and in ascending orders what it shows.
    """
    wanted = _conditions(search)
    if search.after is None:
        total = int((await tx.execute(select(func.count()).select_from(PRODUCTS).where(*wanted))).scalar_one())
        skipped = (search.page - 1) * search.page_size
        if skipped >= total:
            return Page((), total)
        query = select(PRODUCTS).where(*wanted).order_by(*_order(search.sort))
        rows = list(await tx.execute(query.limit(search.page_size + 1).offset(skipped)))
    else:
        total = search.after.total
        rows = await _after(tx, search, search.after.product_id, search.page_size + 1)
    shown = tuple(map(_product, rows[: search.page_size]))
    return Page(shown, total, Place(shown[-1].id, total) if len(rows) > search.page_size else None)


async def _after(tx: Transaction, search: Search, product_id: str, limit: int) -> list[Row[Any]]:
    """What comes after a product, at most `limit`: those alike in what is sorted by, and then the others.

    Each is one range of the index that has the order. As one condition they are two, which is not read backwards.
    """
    key, greatest_first = ORDER[search.sort]
    last = (await tx.execute(select(key).where(PRODUCTS.c.id == product_id))).one_or_none()
    if last is None:
        return []
    alike = (key == last[0], PRODUCTS.c.id < product_id if greatest_first else PRODUCTS.c.id > product_id)
    others = (key < last[0] if greatest_first else key > last[0],)
    rows: list[Row[Any]] = []
    for beyond in (alike, others):
        if len(rows) < limit:
            query = select(PRODUCTS).where(*_conditions(search), *beyond).order_by(*_order(search.sort))
            rows += await tx.execute(query.limit(limit - len(rows)))
    return rows


def _order(sort: Sort) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    key, greatest_first = ORDER[sort]
    return (key.desc(), PRODUCTS.c.id.desc()) if greatest_first else (key, PRODUCTS.c.id)


async def add(tx: Transaction, product_id: str, draft: Draft) -> None:
    """Add a product. Raises sqlalchemy.exc.IntegrityError when its category is gone."""
    await tx.execute(
        insert(PRODUCTS).values(
            id=product_id,
            name=draft.name,
            description=draft.description,
            price_minor=draft.price.minor_units,
            currency=draft.price.currency,
            category_id=draft.category_id,
            images=_images(draft.images),
        )
    )


async def change(tx: Transaction, product_id: str, patch: Patch) -> None:
    """Change what the patch sets. Raises sqlalchemy.exc.IntegrityError when the new category is gone."""
    values: dict[str, object] = {}
    if patch.name is not None:
        values["name"] = patch.name
    if patch.description is not None:
        values["description"] = patch.description
    if patch.price is not None:
        values |= {"price_minor": patch.price.minor_units, "currency": patch.price.currency}
    if patch.category_id is not None:
        values["category_id"] = patch.category_id or None
    if patch.images is not None:
        values["images"] = _images(patch.images)
    if values:
        await tx.execute(update(PRODUCTS).where(PRODUCTS.c.id == product_id, IN_CATALOGUE).values(values))


async def lock(tx: Transaction, product_id: str) -> None:
    """Keep others from changing a product until the transaction ends."""
    await tx.execute(select(PRODUCTS.c.id).where(PRODUCTS.c.id == product_id).with_for_update())


async def delete(tx: Transaction, product_id: str) -> None:
    """Take a product out of the catalogue and out of its category, which may then be deleted too."""
    here = update(PRODUCTS).where(PRODUCTS.c.id == product_id, IN_CATALOGUE)
    await tx.execute(here.values(deleted_at=NOW, category_id=None))


def _conditions(search: Search) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [IN_CATALOGUE]
    if search.name_contains:
        conditions.append(PRODUCTS.c.name.contains(search.name_contains, autoescape=True))
    if search.category_id:
        tree = select(CATEGORIES.c.id).where(CATEGORIES.c.id == search.category_id).cte("tree", recursive=True)
        tree = tree.union(select(CATEGORIES.c.id).join(tree, CATEGORIES.c.parent_id == tree.c.id))
        conditions.append(PRODUCTS.c.category_id.in_(select(tree.c.id)))
    return conditions


def _images(images: tuple[Image, ...]) -> list[dict[str, str]]:
    return [vars(image) for image in images]


def _product(row: Row[Any]) -> Product:
    return Product(
        id=row.id,
        name=row.name,
        description=row.description,
        price=Money(row.price_minor, row.currency),
        category_id=row.category_id,
        images=tuple(Image(**image) for image in row.images),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
