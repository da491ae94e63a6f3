"""The conditions in the SQL itself, with the rules in front of them left out: alone they must hold as well."""

import pytest

from harness.stack.attach import AttachedStack
from system.common.database import connect
from system.product.domain.stock import Change
from system.product.settings import ProductSettings
from system.product.store import stock
from tests.integration.product.warehouse import Warehouse, new_id


@pytest.mark.parametrize(
    ("change", "meets"),
    [
        ((-5, 5, 0, 7), True),
        ((-6, 6, 0, 7), False),
        ((0, -1, 1, None), True),
        ((0, -2, 2, None), False),
        ((1, 0, -1, None), False),
        ((-1, 1, 0, 6), False),
        ((0, 0, 0, 6), False),
        ((0, 0, 0, 8), True),
    ],
    ids=str,
)
async def test_a_change_is_made_where_its_condition_is_met_and_nowhere_else(
    stack: AttachedStack, warehouse: Warehouse, change: tuple[int, int, int, int | None], *, meets: bool
) -> None:
    product, other = await warehouse.product(6), await warehouse.product(6)
    for each in (product, other):
        await warehouse.reserve({new_id(): {each: 1}}, token=7)
    access = stack.mysql("product")
    url = f"mysql+asyncmy://{access.user}:{access.password}@{access.host}:{access.port}/{access.schema}"
    before = warehouse.written(product, other)

    async with connect(ProductSettings(database_url=url)) as database:
        work = database.run(lambda tx: stock.apply(tx, [Change(other, 0, 0, 0, change[3]), Change(product, *change)]))
        if not meets:
            with pytest.raises(stock.ConditionFailedError):
                await work
            assert warehouse.written(product, other) == before
        else:
            await work
            assert warehouse.units(product) == (5 + change[0], 1 + change[1], change[2])
            assert warehouse.fence(product) == (change[3] or 7)
