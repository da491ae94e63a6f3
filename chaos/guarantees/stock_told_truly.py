"""Undersell and false figures: what is there is sold, and staff are shown what is there.

Judged by bounds (`harness.checkers.counter`): units that another order may have held just then, an order of unknown outcome
included, explain a refusal. Oversell is `no_oversell`'s.
"""

from collections.abc import Iterable

from chaos.guarantees.holdings import Holdings
from chaos.guarantees.reading import inputs
from chaos.guarantees.shelves import Purchase, Shelves
from chaos.observations import catalogue
from chaos.observations.orders import PLACE_ORDER
from harness.history import History
from harness.verdict import Finding, Violation, guarantee


@guarantee
def stock_told_truly(history: History) -> Finding:
    """Nobody is told that a product is sold out while there was enough of it; staff read what is there, reserved and sold."""
    if not history.named(PLACE_ORDER, catalogue.READ_STOCK):
        return Finding(judged=0)
    shelves = Shelves(history)
    refused = [each for each in shelves.purchases if each.refused]
    undersold = [found for each in refused if (found := _undersold(each, shelves))]
    rejected = [each for each in shelves.purchases if shelves.rejected_ns(each) is not None]
    undersold += [found for each in rejected if (found := _rejected(each, shelves))]
    read = list(inputs(history, catalogue.StockRead, catalogue.READ_STOCK))
    return Finding(
        judged=len(shelves.purchases) + sum(operation.ok for operation, _ in read),
        violations=(*undersold, *_misread(history, shelves), *_miscounted(history, Holdings(history, shelves))),
        counts={
            "told that it is sold out": len(refused),
            "rejected as sold out later": len(rejected),
            "of them while another got the last units": _contested(shelves.purchases),
            "stock read by staff": len(read),
        },
    )


def _contested(purchases: Iterable[Purchase]) -> int:
    """How many were told that it is sold out whose request overlapped one for the same product that got units."""
    lucky: dict[str, list[tuple[int, int]]] = {}
    for each in purchases:
        won = next((asked for asked in each.requests if asked.status == 201), None)
        for product in each.lines if won is not None else ():
            lucky.setdefault(product, []).append((each.began_ns, won.completed_ns or 0 if won else 0))
    return sum(
        any(began < (each.refused.completed_ns or 0) and each.began_ns < ended for began, ended in lucky.get(product, ()))
        for each in purchases
        if each.refused is not None
        for product in each.lines
    )


def _undersold(purchase: Purchase, shelves: Shelves) -> Violation | None:
    """Somebody was told that it is sold out, while there was enough all the time from the first request on."""
    refusal = purchase.refused
    if refusal is None or refusal.completed_ns is None:
        return None
    told = f"operation {refusal.id} was told that it is sold out"
    return _contradicted(told, (refusal.id,), purchase, shelves, refusal.completed_ns)


def _rejected(purchase: Purchase, shelves: Shelves) -> Violation | None:
    """An order that was taken on was rejected later, while there was enough all the time."""
    by_ns = shelves.rejected_ns(purchase)
    if by_ns is None:
        return None
    told = f"order {purchase.order} was rejected as sold out"
    return _contradicted(told, tuple(each.id for each in purchase.requests), purchase, shelves, by_ns)


def _contradicted(told: str, operations: tuple[int, ...], purchase: Purchase, shelves: Shelves, by_ns: int) -> Violation | None:
    counted = {each: shelves.counter(each, purchase).least(purchase.began_ns, by_ns) for each in purchase.lines}
    if not purchase.lines or any(counted[product] < units for product, units in purchase.lines.items()):
        return None
    shown = (f"{units} of {each}, of which at least {counted[each]:g}" for each, units in purchase.lines.items())
    return Violation(
        what=f"{told}; it wanted {', '.join(shown)} were there all the time",
        operations=operations,
        facts={"wanted": dict(purchase.lines), "least": {each: int(units) for each, units in counted.items()}},
    )


def _miscounted(history: History, holdings: Holdings) -> Iterable[Violation]:
    """Units reserved and sold as staff read them, and products withdrawn while units were surely reserved."""
    for operation, asked in inputs(history, catalogue.StockRead, catalogue.READ_STOCK):
        if not operation.ok or operation.completed_ns is None:
            continue
        for name, bounds in (("reserved", holdings.reserved), ("sold", holdings.sold)):
            shown = operation.output.get(name)
            least, most = bounds(asked.product_id, operation.invoked_ns, operation.completed_ns)
            if isinstance(shown, int) and not least <= shown <= most:
                yield Violation(
                    what=f"operation {operation.id} read that {shown} units of {asked.product_id} are {name};"
                    f" there were {least} to {most} of them",
                    operations=(operation.id,),
                    facts={"product_id": asked.product_id, "shown": shown, "least": least, "most": most},
                )
    for operation, gone in inputs(history, catalogue.OfProduct, catalogue.WITHDRAW_PRODUCT):
        if operation.ok and operation.completed_ns is not None:
            least, _ = holdings.reserved(gone.product_id, operation.invoked_ns, operation.completed_ns)
            if least:
                yield Violation(
                    what=f"operation {operation.id} withdrew {gone.product_id}, of which {least} units were reserved",
                    operations=(operation.id,),
                    facts={"product_id": gone.product_id, "least": least},
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
