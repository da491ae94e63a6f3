"""What the schema itself refuses, whoever asks: these are the last lines of defence, behind every check in the code."""

import pymysql
import pytest

from tests.integration.product.warehouse import Warehouse, new_id


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE stock_movements SET quantity = quantity + 1 WHERE product_id = %s",
        "DELETE FROM stock_movements WHERE product_id = %s",
    ],
)
async def test_the_ledger_only_grows(warehouse: Warehouse, statement: str) -> None:
    product = await warehouse.product(5)
    before = warehouse.ledger(product)
    assert len(before) == 1
    with pytest.raises(pymysql.MySQLError, match="append-only"):
        warehouse.rows(statement, product)
    assert warehouse.ledger(product) == before


@pytest.mark.parametrize("column", ["available", "reserved", "sold"])
async def test_no_count_falls_below_zero(warehouse: Warehouse, column: str) -> None:
    product = await warehouse.product(0)
    with pytest.raises(pymysql.MySQLError, match=r"(?i)constraint"):
        warehouse.rows(f"UPDATE stock SET {column} = -1 WHERE product_id = %s", product)
    assert warehouse.units(product) == (0, 0, 0)


async def test_an_order_moves_a_product_once_each_way(warehouse: Warehouse) -> None:
    product, order = await warehouse.product(5), new_id()
    await warehouse.reserve({order: {product: 1}})
    again = "INSERT INTO stock_movements (product_id, order_id, kind, quantity) VALUES (%s, %s, 'RESERVE', 1)"
    with pytest.raises(pymysql.IntegrityError, match="moved_once"):
        warehouse.rows(again, product, order)
    warehouse.check(product)
