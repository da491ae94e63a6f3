"""Products in the catalogue; those taken out of it keep their rows, for the ledger's sake, and are not found here."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Row, func, insert, select, update

from system.common.database import NOW, Transaction
from system.product.domain.catalogue import Draft, Image, Page, Patch, Product, Search, Sort
from system.product.domain.values import Money
from system.product.tables import CATEGORIES, PRODUCTS

IN_CATALOGUE = PRODUCTS.c.deleted_at.is_(None)
ORDER = {
    Sort.NEWEST: (PRODUCTS.c.created_at.desc(), PRODUCTS.c.id.desc()),
    Sort.NAME: (PRODUCTS.c.name, PRODUCTS.c.id),
    Sort.PRICE_ASC: (PRODUCTS.c.price_minor, PRODUCTS.c.id),
    Sort.PRICE_DESC: (PRODUCTS.c.price_minor.desc(), PRODUCTS.c.id.desc()),
}


async def find(tx: Transaction, product_ids: Collection[str]) -> tuple[Product, ...]:
    """Products by id, in no order; unknown ones are missing."""
    if not product_ids:
        return ()
    rows = await tx.execute(select(PRODUCTS).where(PRODUCTS.c.id.in_(sorted(set(product_ids))), IN_CATALOGUE))
    return tuple(map(_product, rows))


async def page(tx: Transaction, search: Search) -> Page:
    """A page of the catalogue, and how many products its search finds."""
    wanted = _conditions(search)
    total = (await tx.execute(select(func.count()).select_from(PRODUCTS).where(*wanted))).scalar_one()
    query = select(PRODUCTS).where(*wanted).order_by(*ORDER[search.sort])
    rows = await tx.execute(query.limit(search.page_size).offset((search.page - 1) * search.page_size))
    return Page(tuple(map(_product, rows)), total)


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
