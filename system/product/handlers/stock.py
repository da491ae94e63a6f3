"""Reading and setting the units of a product."""

from collections.abc import Sequence

from system.common.database import Database, Transaction
from system.product.domain.stock import Kind, Movement, Stock, changes
from system.product.handlers.refusals import product_not_found, require_current
from system.product.store import stock


class StockKeeping:
    """Stock over one schema."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, product_id: str) -> Stock:
        """The units of a product. Raises NotFound."""
        return await self._database.run(lambda tx: _read(tx, product_id))

    async def put(self, product_id: str, available: int, if_match: Sequence[str] = ()) -> Stock:
        """Make the available units `available`; the difference goes to the ledger.

        Raises NotFound, Stale unless the stock has one of the tags `if_match`.
        """

        async def work(tx: Transaction) -> Stock:
            shelf = (await stock.lock(tx, [product_id])).get(product_id)
            if shelf is None or not shelf.on_sale:
                raise product_not_found(product_id)
            if if_match:
                require_current(await _read(tx, product_id), if_match)
            if available != shelf.available:
                movements = [Movement(product_id, Kind.PUT, available - shelf.available)]
                await stock.apply(tx, changes(movements, {}))
                await stock.record(tx, movements)
            return await _read(tx, product_id)

        return await self._database.run(work)


async def _read(tx: Transaction, product_id: str) -> Stock:
    found = await stock.find(tx, product_id)
    if found is None:
        raise product_not_found(product_id)
    return found
