"""What corruptions ask of a draft: which rows and operations belong together. Each looks the draft up as it is now."""

from collections.abc import Callable, Iterable
from typing import Any

from chaos.observations.orders import CANCEL_ORDER, COMPLETE_ORDER, ORDERS, PLACE_ORDER
from chaos.observations.outside import CUSTOMERS_KEY, PROVIDER_LEDGER
from harness.history import Operation, Row
from harness.proof import Draft

Of = Callable[[Draft, Any], bool]


def where(**values: object) -> Of:
    """Rows with these values."""
    return lambda _draft, row: all(row[name] == value for name, value in values.items())


def every(*conditions: Of) -> Of:
    """All of these hold."""
    return lambda draft, thing: all(condition(draft, thing) for condition in conditions)


def status(*codes: int) -> Of:
    """Operations that were answered one of these."""
    return lambda _draft, operation: operation.status in codes


def placed(draft: Draft, *codes: int) -> set[str]:
    """Ids of the orders that a place_order was answered with, by status."""
    return {str(each.output.get("id")) for each in draft.operations if each.name == PLACE_ORDER and each.status in codes}


def answered(*codes: int) -> Of:
    """Rows of orders, their lines or reservations whose order was placed with one of these answers."""
    return lambda draft, row: _order(row) in placed(draft, *codes)


def in_state(*states: str) -> Of:
    """Rows or operations about an order that is in one of these states at rest."""
    return lambda draft, thing: _order(thing) in {row["id"] for row in draft.rows[ORDERS] if row["status"] in states}


def answered_well(operation: str) -> Of:
    """Rows about an order of which such an operation was answered 200."""
    return lambda draft, row: (
        _order(row)
        in {each.input.get("order_id") for each in draft.operations if each.name == operation and each.status == 200}
    )


def by_the_shop(_draft: Draft, row: Row) -> bool:
    """Entries of the provider's ledger that no customer made past the shop."""
    return not str(row["idempotency_key"]).startswith(CUSTOMERS_KEY)


def taken_by_the_shop(draft: Draft, row: Row) -> bool:
    """Entries of the provider's ledger about a payment that the shop itself captured."""
    entries = (each for each in draft.rows[PROVIDER_LEDGER] if each["kind"] == "capture" and by_the_shop(draft, each))
    return row["payment_id"] in {each["payment_id"] for each in entries}


def charged_by_the_shop(draft: Draft, row: Row) -> bool:
    """Orders of which the shop itself captured a payment."""
    entries = (each for each in draft.rows[PROVIDER_LEDGER] if each["kind"] == "capture" and by_the_shop(draft, each))
    return row["id"] in {each["reference"] for each in entries}


def never_asked(draft: Draft, row: Row) -> bool:
    """Orders that nobody asked to complete or cancel."""
    asked = {each.input.get("order_id") for each in draft.operations if each.name in (COMPLETE_ORDER, CANCEL_ORDER)}
    return _order(row) not in asked


def beyond(name: str, step: int = 1) -> Callable[[Draft, Any], Any]:
    """The value of a field plus `step`."""
    return lambda _draft, row: row[name] + step


def another(subject: str, name: str) -> Callable[[Draft, Any], Any]:
    """The value that some other row has in a field, e.g. another product's id."""

    def value(draft: Draft, row: Row) -> Any:
        found = [each[name] for each in draft.rows[subject] if each[name] != row.get(name)]
        return found[0] if found else "nobody's"

    return value


def last(subject: str, name: str) -> Callable[[Draft, Any], Any]:
    """One more than the highest number of a field: the next of a ledger."""
    return lambda draft, _row: 1 + max((number(each, name) for each in draft.rows[subject]), default=0)


def number(row: Row, name: str) -> int:
    """A number of a row."""
    return int(str(row[name]))


def told(**fields: Any) -> Callable[[Draft, Operation], Row]:
    """The output of an operation with other fields; callables are asked."""
    return lambda draft, each: {
        **each.output,
        **{name: value(draft, each) if callable(value) else value for name, value in fields.items()},
    }


def ids(rows: Iterable[Row], name: str = "id") -> list[str]:
    """A field of rows."""
    return [str(row[name]) for row in rows]


def _order(thing: Any) -> object:
    if isinstance(thing, Operation):
        return thing.input.get("order_id") or thing.output.get("id")
    return thing.get("order_id") or thing.get("reference") or thing.get("id")
