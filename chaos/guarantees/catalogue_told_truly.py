"""The catalogue: what is listed and read is what staff put there, no more and no less, in the order asked for.

Pages are judged by `listings`. Whether a product exists is a register: created, withdrawn, sold, found or not found. What staff
set, they are shown in the answer.
"""

from collections.abc import Iterable, Mapping

from chaos.guarantees import joining, withdrawals
from chaos.guarantees.listings import KEYS, Listing
from chaos.guarantees.reading import inputs
from chaos.guarantees.wares import Wares
from chaos.observations import catalogue, identity
from chaos.observations.orders import PLACE_ORDER
from harness.checkers import linearizable
from harness.checkers.linearizability import Access, Effect, Reads, Swaps
from harness.history import Ending, History, Operation
from harness.verdict import Finding, Violation, guarantee

THERE, GONE = "for sale", "not for sale"
STABLE = frozenset({"newest", "name"})
"""Orders by what no workload changes."""
NOT_FOUND, RESERVED = "PRODUCT_NOT_FOUND", "PRODUCT_RESERVED"
UNKNOWN_PRODUCT = "UNKNOWN_PRODUCT"


@guarantee
def catalogue_told_truly(history: History) -> Finding:
    """Lists of products show what staff put there, each once, at its price, in order; what was withdrawn is not for sale."""
    wares = Wares(history)
    pages = [
        Listing(page, asked, wares)
        for page, asked in inputs(history, catalogue.ProductsPage, catalogue.LIST_PRODUCTS)
        if page.ok and asked.sort in KEYS
    ]
    wrong = [Violation(what=what, operations=(each.page.id,)) for each in pages for what in each.faults()]
    wrong += [Violation(what=what, operations=(each.id,)) for each, what in _twice(pages)]
    wrong += [Violation(what=what, operations=(each.id,)) for each, what in _echoed(history)]
    wrong += [Violation(what=what, operations=(each.id,)) for each, what in _refused(history, wares)]
    wrong += [Violation(what=what, operations=(each.id,)) for each, what in withdrawals.of_reserved_units(history)]
    there = linearizable(_existence(history, wares), {}, kind="product")
    exact = sum(each.due is not None for each in pages)
    counts = {"pages": len(pages), "pages known exactly": exact, "products": len(wares.by_id)}
    counts |= {"pages after a cursor": sum(bool(each.asked.cursor) for each in pages)}
    return Finding(judged=len(pages) + there.judged, violations=(*wrong, *there.violations), counts=counts)


def _twice(pages: Iterable[Listing]) -> Iterable[tuple[Operation, str]]:
    """Pages by cursor that show what an earlier page of the same walk did, in an order that nothing changes."""
    shown: dict[str, set[str]] = {}
    for each in pages:
        if each.asked.sort in STABLE:
            seen = shown.setdefault(each.asked.walk, set())
            ids = {str(item.get("id")) for item in each.items}
            if each.asked.cursor and (again := ids & seen):
                yield each.page, f"operation {each.page.id} goes on after a cursor with {min(again)}, shown before it"
            seen |= ids


# what staff are answered


def _echoed(history: History) -> Iterable[tuple[Operation, str]]:
    """Answers to staff that do not show what they had set."""
    for operation, new in inputs(history, catalogue.NewProduct, catalogue.CREATE_PRODUCT):
        if operation.ok and (operation.output.get("name"), _amount(operation)) != (new.name, str(new.price)):
            yield operation, f"operation {operation.id} created {new.name} at {new.price} and was shown another product"
        if operation.ok and new.category_id and operation.output.get("category_id") != new.category_id:
            yield operation, f"operation {operation.id} created {new.name} in another category than it asked for"
    for operation, change in inputs(history, catalogue.PriceChange, catalogue.SET_PRICE):
        if operation.ok and _amount(operation) != str(change.price):
            yield operation, f"operation {operation.id} set the price {change.price} and was shown {_amount(operation)}"
    for operation, stock in inputs(history, catalogue.StockChange, catalogue.SET_STOCK):
        if operation.ok and operation.output.get("available") != stock.available:
            told = operation.output.get("available")
            yield operation, f"operation {operation.id} made {stock.available} units available and was shown {told}"


def _amount(operation: Operation) -> str:
    price = operation.output.get("price")
    return f"{price.get('minor_units')} {price.get('currency')}" if isinstance(price, Mapping) else ""


# whether a product is there


def _existence(history: History, wares: Wares) -> Iterable[Access]:
    for ware in wares.by_id.values():
        yield _access(ware.id, "created it", ware.creation, Reads(THERE))
    yield from _withdrawn(history)
    yield from _found(history, wares)
    for operation, began_ns in _placed(history):
        if operation.status == 201:
            for product in joining.sent_lines(operation):
                yield Access(product, "sold it", began_ns, operation.completed_ns, Reads(THERE), operation.id)


def _withdrawn(history: History) -> Iterable[Access]:
    for operation, gone in inputs(history, catalogue.OfProduct, catalogue.WITHDRAW_PRODUCT):
        code = operation.output.get("code")
        if operation.ending is not Ending.FAIL:
            yield _access(gone.product_id, "withdrew it", operation, Swaps(frozenset({THERE}), GONE))
        elif code in (NOT_FOUND, RESERVED):
            yield _access(gone.product_id, f"was refused as {code}", operation, Reads(GONE if code == NOT_FOUND else THERE))


def _found(history: History, wares: Wares) -> Iterable[Access]:
    for operation in history.named(identity.READ_PRODUCT, catalogue.READ_STOCK, catalogue.SET_STOCK, catalogue.SET_PRICE):
        product = str(operation.input.get("product_id"))
        if operation.ok:
            yield _access(product, f"was answered to {operation.name}", operation, Reads(THERE))
        elif operation.output.get("code") == NOT_FOUND and product in wares.by_id:
            yield _access(product, f"did not find it for {operation.name}", operation, Reads(GONE))


def _placed(history: History) -> Iterable[tuple[Operation, int]]:
    """Every place_order, and when the first request under its key began (ns)."""
    first: dict[tuple[str, str], int] = {}
    for operation in history.named(PLACE_ORDER):
        if "items" in operation.input:
            key = (str(operation.input.get("user_id")), str(operation.input.get("key")))
            yield operation, first.setdefault(key, operation.invoked_ns)


def _access(product: str, what: str, operation: Operation, effect: Effect) -> Access:
    ended_ns = None if operation.unknown else operation.completed_ns
    return Access(product, what, operation.invoked_ns, ended_ns, effect, operation.id)


def _refused(history: History, wares: Wares) -> Iterable[tuple[Operation, str]]:
    """Orders refused because a product is unknown, of which all were for sale since before the first request under the key."""
    for operation, began_ns in _placed(history):
        if operation.output.get("code") != UNKNOWN_PRODUCT or operation.completed_ns is None:
            continue
        wanted = [wares.by_id.get(product) for product in joining.sent_lines(operation)]
        if wanted and all(ware is not None and ware.surely_there(began_ns, operation.completed_ns) for ware in wanted):
            yield operation, f"operation {operation.id} was told that a product is unknown; all of them were for sale"
