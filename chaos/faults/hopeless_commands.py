"""PlaceOrder commands that can never become an order: for every limit in the schema one that breaks it and no other.

The limits are read from the messages themselves (shop.common.v1.limits), so that a field that is given a limit tomorrow is
broken tomorrow. What no limit of one field says (a product on two lines) stands in `_BY_HAND`.
"""

import uuid
from collections.abc import Callable, Iterator, Mapping
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from shop.common.v1.contract_pb2 import Limits, limits
from shop.events.v1.events_pb2 import PlaceOrder
from shop.order.v1.order_pb2 import Address, OrderItem

NO_SUCH_FORMAT: Mapping[str, tuple[str, ...]] = {
    "uuid": ("order-1", "00000000-0000-0000-0000-00000000000G", "é" * 36),
    "country": ("CHE", "c1", "é€"),
}
"""Texts that do not have a format, by its name in Limits.format."""


def command(random: Random) -> PlaceOrder:
    """A command that could become an order, if its product existed."""
    return PlaceOrder(
        order_id=_new_id(random),
        user_id=_new_id(random),
        customer_email="poison@shop.example",
        idempotency_key=str(random.getrandbits(64)),
        items=[OrderItem(product_id=_new_id(random), quantity=1)],
        delivery_address=Address(recipient="P", street="S 1", city="Bern", postal_code="3000", country="CH"),
    )


def hopeless(random: Random) -> Iterator[tuple[str, PlaceOrder]]:
    """One command for each way of being hopeless, with its name."""
    yield "nothing in it", PlaceOrder()
    for path in _limited(PlaceOrder.DESCRIPTOR):
        for what, breach in _breaches(path[-1]):
            broken = command(random)
            breach(_inside(broken, path[:-1]), random)
            yield f"{'.'.join(field.name for field in path)}: {what}", broken
    for what, change in _BY_HAND.items():
        broken = command(random)
        change(broken)
        yield what, broken


def _product_twice(broken: PlaceOrder) -> None:
    broken.items.append(broken.items[0])


def _no_address(broken: PlaceOrder) -> None:
    broken.ClearField("delivery_address")


def _no_email(broken: PlaceOrder) -> None:
    broken.customer_email = "nobody\nat all"


def _no_street(broken: PlaceOrder) -> None:
    broken.delivery_address.street = ""


def _control_character(broken: PlaceOrder) -> None:
    broken.delivery_address.city = "Bern\x00"


_BY_HAND: Mapping[str, Callable[[PlaceOrder], None]] = {
    "a product on two lines": _product_twice,
    "no address": _no_address,
    "an e-mail address that is none": _no_email,
    "no street": _no_street,
    "a control character in an address": _control_character,
}

Breach = Callable[[Message, Random], None]


def _limited(message: Descriptor, above: tuple[FieldDescriptor, ...] = ()) -> Iterator[tuple[FieldDescriptor, ...]]:
    """Paths to the fields that a command sets and that have a limit."""
    for field in message.fields:
        path = (*above, field)
        if field.GetOptions().HasExtension(limits):
            yield path
        if field.message_type is not None and field.message_type.full_name.startswith("shop.order."):
            yield from _limited(field.message_type, path)


def _inside(message: Message, path: tuple[FieldDescriptor, ...]) -> Message:
    for field in path:
        value = getattr(message, field.name)
        message = value[0] if field.is_repeated else value
    return message


def _breaches(field: FieldDescriptor) -> Iterator[tuple[str, Breach]]:
    limit: Limits = field.GetOptions().Extensions[limits]
    if limit.required:
        yield "missing", lambda message, _: message.ClearField(field.name)
    if limit.HasField("min"):
        yield "too small", _setting(field, limit.min - 1)
    if limit.HasField("max"):
        yield "too great", _setting(field, limit.max + 1)
    if limit.HasField("min_length") and limit.min_length:
        yield "too short", _setting(field, "x" * (limit.min_length - 1))
    if limit.HasField("max_length"):
        yield "too long", _setting(field, "x" * (limit.max_length + 1))
    for text in NO_SUCH_FORMAT.get(limit.format, ()):
        yield f"no {limit.format}: {text}", _setting(field, text)
    if limit.HasField("max_items"):
        yield "too many", _filling(field, limit.max_items + 1)


def _setting(field: FieldDescriptor, value: int | str) -> Breach:
    return lambda message, _: setattr(message, field.name, value)


def _filling(field: FieldDescriptor, count: int) -> Breach:
    def fill(message: Message, random: Random) -> None:
        items = getattr(message, field.name)
        while len(items) < count:
            items.append(OrderItem(product_id=_new_id(random), quantity=1))

    return fill


def _new_id(random: Random) -> str:
    return str(uuid.UUID(int=random.getrandbits(128)))
