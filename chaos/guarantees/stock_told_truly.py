"""Undersell and false figures: what is there is sold, and staff are shown what is there.

Judged by bounds (`harness.checkers.counter`): units that another order may have held just then, an order of unknown outcome
included, explain a refusal. Oversell is `no_oversell`'s.
"""

from collections.abc import Iterable

from chaos.guarantees.reading import inputs
from chaos.guarantees.shelves import Purchase, Shelves
from chaos.observations import catalogue
from chaos.observations.orders import PLACE_ORDER
from harness.history import History
from harness.verdict import Finding, Violation, guarantee


@guarantee
def stock_told_truly(history: History) -> Finding:
    """Nobody is told that a product is sold out while there was enough of it, and staff read what is there."""
    if not history.named(PLACE_ORDER, catalogue.READ_STOCK):
        return Finding(judged=0)
    shelves = Shelves(history)
    refused = [each for each in shelves.purchases if each.refused]
    undersold = tuple(found for each in refused if (found := _undersold(each, shelves)))
    read = list(inputs(history, catalogue.StockRead, catalogue.READ_STOCK))
    return Finding(
        judged=len(shelves.purchases) + sum(operation.ok for operation, _ in read),
        violations=undersold + tuple(_misread(history, shelves)),
        counts={"told that it is sold out": len(refused), "stock read by staff": len(read)},
    )


def _undersold(purchase: Purchase, shelves: Shelves) -> Violation | None:
    refusal = purchase.refused
    if refusal is None or refusal.completed_ns is None or not purchase.lines:
        return None
    least = {
        product: shelves.counter(product, purchase).least(purchase.began_ns, refusal.completed_ns) for product in purchase.lines
    }
    if any(least[product] < units for product, units in purchase.lines.items()):
        return None
    shown = ", ".join(
        f"{units} of {product}, of which at least {least[product]:g}" for product, units in purchase.lines.items()
    )
    return Violation(
        what=f"operation {refusal.id} was told that it is sold out; it wanted {shown} were there all the time",
        operations=(refusal.id,),
        facts={"wanted": dict(purchase.lines), "least": {each: int(units) for each, units in least.items()}},
    )


def _misread(history: History, shelves: Shelves) -> Iterable[Violation]:
    for operation, asked in inputs(history, catalogue.StockRead, catalogue.READ_STOCK):
        shown = operation.output.get("available")
        if not operation.ok or operation.completed_ns is None or not isinstance(shown, int):
            continue
        counter = shelves.counter(asked.product_id)
        least = counter.least(operation.invoked_ns, operation.completed_ns)
        most = counter.most(operation.invoked_ns, operation.completed_ns)
        if not least <= shown <= most:
            yield Violation(
                what=f"operation {operation.id} read that {shown} units of {asked.product_id} are available;"
                f" there were {least:g} to {most:g} of them",
                operations=(operation.id,),
                facts={"product_id": asked.product_id, "shown": shown, "least": least, "most": most},
            )
