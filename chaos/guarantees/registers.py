"""The registers of the shop, as accesses for `linearizable`: accounts' names, addresses, roles and passwords, products, orders.

An operation that was refused (4xx) had no effect; one without a definite answer may take effect at any later time or never.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from chaos.guarantees import joining, reading
from chaos.guarantees.reading import inputs
from chaos.observations import catalogue, identity
from chaos.observations.orders import AT_THE_SHOP, CANCEL_ORDER, COMPLETE_ORDER, ORDERS, PLACE_ORDER
from harness.checkers.linearizability import Access, Effect, Misses, Reads, Swaps, Writes
from harness.history import Ending, History, Operation

GATEWAY = "gateway"
"""How the names of gateways begin (`identity.Shown.at`)."""
FORBIDDEN, SHUT_OUT, UNDECIDED = 403, 401, 202
ADDRESS = "email"
"""What is changed (`identity.Shown.what`) when it is the e-mail address."""


def _access(register: str, what: str, operation: Operation, effect: Effect, *, later: bool = False) -> Access:
    """`later`: the effect may come after the answer, or never."""
    ended = None if later or operation.unknown else operation.completed_ns
    return Access(register, what, operation.invoked_ns, ended, effect, operation.id)


def _read(register: str, operation: Operation, told: object) -> Iterable[Access]:
    if operation.ok and isinstance(told, str):
        yield _access(register, f"read {told}", operation, Reads(told))


def _profile(operation: Operation) -> Mapping[str, object]:
    """The account in an answer."""
    user = operation.output.get("user")
    return user if isinstance(user, Mapping) else operation.output


def names(history: History) -> Iterable[Access]:
    """Names of accounts, by user; those of whom a name that may have been written is not recorded are left out."""
    found = list(_names(history))
    unknown = {each.register for each in found if each.effect == Writes("")}
    return (each for each in found if each.register not in unknown)


def _names(history: History) -> Iterable[Access]:
    for operation, login in inputs(history, identity.LogIn, identity.LOG_IN):
        yield from _read(login.user_id, operation, _profile(operation).get("name"))
    for operation, given in inputs(history, identity.RoleChange, identity.CHANGE_ROLE):
        yield from _read(given.user_id, operation, operation.output.get("name"))
    for operation, shown in inputs(history, identity.Shown, identity.USE_TOKEN, identity.CHANGE_ACCOUNT):
        if operation.name == identity.CHANGE_ACCOUNT and shown.what == "name" and operation.ending is not Ending.FAIL:
            yield _access(shown.user_id, f"wrote {shown.value}", operation, Writes(shown.value))
        yield from _read(shown.user_id, operation, operation.output.get("name"))


def addresses(history: History) -> Iterable[Access]:
    """E-mail addresses of accounts, by user: those that one could log in with, that were set, and that the account showed."""
    for operation, login in inputs(history, identity.LogIn, identity.LOG_IN):
        yield from _read(login.user_id, operation, login.email or _profile(operation).get("email"))
    for operation, shown in inputs(history, identity.Shown, identity.USE_TOKEN, identity.CHANGE_ACCOUNT):
        if operation.name == identity.CHANGE_ACCOUNT and shown.what == ADDRESS and operation.ending is not Ending.FAIL:
            yield _access(shown.user_id, f"wrote {shown.value}", operation, Writes(shown.value))
        if shown.at.startswith(GATEWAY):  # the user service answers with the address that the token has
            yield from _read(shown.user_id, operation, operation.output.get("email"))


def roles(history: History) -> Iterable[Access]:
    """Roles of accounts, by user: given by admins, and shown in the account.

    What a token allows is another matter: it has the role that it was issued with, until a change is acknowledged.
    """
    for operation, login in inputs(history, identity.LogIn, identity.LOG_IN):
        yield from _read(login.user_id, operation, _profile(operation).get("role"))
    for operation, given in inputs(history, identity.RoleChange, identity.CHANGE_ROLE):
        if operation.ending is not Ending.FAIL:
            yield _access(given.user_id, f"gave the role {given.role}", operation, Writes(given.role))
    for operation, shown in inputs(history, identity.Shown, identity.USE_TOKEN, identity.CHANGE_ACCOUNT):
        if shown.what == identity.RAISE_ROLE and operation.ending is not Ending.FAIL:
            yield _access(shown.user_id, "gave oneself the role ADMIN", operation, Writes(identity.ADMIN))
        elif shown.at.startswith(GATEWAY):
            yield from _read(shown.user_id, operation, operation.output.get("role"))


def passwords(history: History) -> Iterable[Access]:
    """Which password is in force, by user; those of whom it is not recorded are left out."""
    for operation, login in inputs(history, identity.LogIn, identity.LOG_IN):
        if login.password and operation.ok:
            yield _access(login.user_id, f"logged in with password {login.password}", operation, Reads(login.password))
        elif login.password and operation.status == SHUT_OUT:
            yield _access(login.user_id, f"was refused password {login.password}", operation, Misses(login.password))
    for operation, shown in inputs(history, identity.Shown, identity.CHANGE_ACCOUNT):
        if not shown.proof:
            continue
        if operation.ending is not Ending.FAIL:
            swap = Swaps(frozenset({shown.proof}), shown.password or shown.proof)
            what = f"set password {shown.password}" if shown.password else f"changed the {shown.what}"
            yield _access(shown.user_id, f"{what} with password {shown.proof}", operation, swap)
        elif operation.status == FORBIDDEN:
            yield _access(shown.user_id, f"was refused password {shown.proof}", operation, Misses(shown.proof))


def products(history: History) -> Iterable[Access]:
    """Prices and names of products, as text, by what it is and the product."""
    for operation, new in inputs(history, catalogue.NewProduct, catalogue.CREATE_PRODUCT):
        if operation.ok and isinstance(product := operation.output.get("id"), str):
            yield _access(f"price of {product}", f"set {new.price}", operation, Writes(str(new.price)))
            yield _access(f"name of {product}", f"set {new.name}", operation, Writes(new.name))
    for operation, change in inputs(history, catalogue.PriceChange, catalogue.SET_PRICE):
        if operation.ending is not Ending.FAIL:
            price = str(change.price)
            yield _access(f"price of {change.product_id}", f"set {price}", operation, Writes(price))
    for operation in history.named(identity.READ_PRODUCT):
        told = operation.output.get("price")
        product = operation.input.get("product_id")
        if isinstance(told, Mapping):
            yield from _read(f"name of {product}", operation, operation.output.get("name"))
            yield from _read(f"price of {product}", operation, f"{told.get('minor_units')} {told.get('currency')}")


OWN_STEPS = (
    Swaps(frozenset({"PENDING"}), "RESERVED"),
    Swaps(frozenset({"PENDING"}), "REJECTED"),
    Swaps(frozenset({"RESERVED"}), "EXPIRED"),
)
"""What the shop does to an order by itself, at any time."""
PAID, CANCELLED = (Swaps(frozenset({"RESERVED"}), status) for status in ("PAID", "CANCELLED"))
REFUSED_AS: Mapping[str, str] = MappingProxyType(
    {
        "ORDER_REJECTED": "REJECTED",
        "ORDER_PAID": "PAID",
        "ORDER_ALREADY_PAID": "PAID",
        "ORDER_CANCELLED": "CANCELLED",
        "ORDER_EXPIRED": "EXPIRED",
    }
)
"""The status that a refusal says the order has, by its code."""
OVERDUE = (COMPLETE_ORDER, "EXPIRED")
"""The refusal that says that the time to pay is over, which is so before the order is moved: `reservations_last` judges it."""
STOCK_LOST = "STOCK_LOST"
"""The refusal to complete an order that cancels it: its reservation was gone, and what was captured is refunded."""


def statuses(history: History) -> Iterable[Access]:
    """Statuses of orders, by order: told in answers and lists, and moved by whoever asked for it, or by the shop itself."""
    seen: set[str] = set()
    for operation in history.named(*AT_THE_SHOP):
        order = joining.order_of(operation)
        if order is None:
            continue
        seen.add(order)
        # A placement's 202 says "not known to be decided" of the gateway that waits; it is no read of the order.
        if not (operation.name == PLACE_ORDER and operation.status == UNDECIDED):
            yield from _read(order, operation, joining.status_told(operation))
        state = REFUSED_AS.get(str(operation.output.get("code"))) if operation.ending is Ending.FAIL else None
        if state is not None and (operation.name, state) != OVERDUE:
            yield _access(order, f"was refused because it is {state}", operation, Reads(state))
        yield from _asked(order, operation)
    for operation, order, status in joining.listed(history):
        seen.add(order)
        yield from _read(order, operation, status)
    for order in sorted(seen):
        yield from (Access(order, f"became {step.value}", 0, None, step) for step in OWN_STEPS)


def placed(history: History) -> dict[str, str]:
    """The orders that were placed in this run, in the status that they begin with."""
    return {order: "PENDING" for each in history.named(PLACE_ORDER) if (order := joining.order_id(each))}


def _asked(order: str, operation: Operation) -> Iterable[Access]:
    """What was asked for may come at any time after the request; the answer is a read of its own."""
    refused = operation.ending is Ending.FAIL
    lost = refused and operation.output.get("code") == STOCK_LOST
    if operation.name == COMPLETE_ORDER and not refused:
        yield _access(order, "paid", operation, PAID, later=True)
    if (operation.name == COMPLETE_ORDER and (lost or not refused)) or (operation.name == CANCEL_ORDER and not refused):
        yield _access(order, "cancelled", operation, CANCELLED, later=True)


def at_rest(history: History) -> Iterable[Access]:
    """Statuses of orders as their rows show them; none where they were not observed."""
    if reading.was_observed(history, ORDERS):
        at_ns = history.observed_at_ns(ORDERS)
        for row in reading.orders(history):
            yield Access(row.id, f"was stored as {row.status}", at_ns, at_ns, Reads(row.status))
