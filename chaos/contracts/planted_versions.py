"""Changes after which two versions of the shop misread each other, and some that an old and a new one live with."""

from pathlib import Path

from harness.contracts.planted import PlantedChange
from harness.contracts.proto.planting import Rewrite, rewritten

_PROTO = Path("proto")
_PRODUCT, _EVENTS, _ORDER = "shop/product/v1/product.proto", "shop/events/v1/events.proto", "shop/order/v1/order.proto"


def _planted(name: str, rule: str, about: str, file: str, *rewrites: Rewrite) -> PlantedChange:
    return PlantedChange(name=name, contract="versions", rule=rule, about=about, edit=rewritten(_PROTO, file, *rewrites))


BREAKING = (
    _planted(
        "number with another sign on the wire",
        "field-read-differently",
        "97 units are read as -49.",
        _PRODUCT,
        Rewrite("int64 sold", "sint64 sold", after="message Stock {"),
    ),
    _planted(
        "two fields with each other's number",
        "field-number-reused",
        "What is reserved is read as sold.",
        _PRODUCT,
        Rewrite("int64 reserved = 3", "int64 reserved = 4", after="message Stock {"),
        Rewrite("int64 sold = 4", "int64 sold = 3", after="message Stock {"),
    ),
    _planted(
        "two fields of which only one is kept",
        "field-read-differently",
        "A reply has its order and its outcome; a oneof keeps the last.",
        _EVENTS,
        Rewrite("  // The order", "  oneof answer {\n  // The order", after="message PlaceOrderReply {"),
        Rewrite("PlaceOrderOutcome outcome = 2;\n", "PlaceOrderOutcome outcome = 2;\n  }\n", after="message PlaceOrderReply {"),
    ),
    _planted(
        "value with another number",
        "enum-number-reused",
        "A paid order is read as cancelled.",
        _ORDER,
        Rewrite("ORDER_STATUS_PAID = 4", "ORDER_STATUS_PAID = 15"),
        Rewrite("ORDER_STATUS_CANCELLED = 5", "ORDER_STATUS_CANCELLED = 4"),
    ),
)

HARMLESS = (
    _planted(
        "new field",
        "",
        "Who does not know it hands it on.",
        _PRODUCT,
        Rewrite("message Stock {\n", "message Stock {\n  // Units on their way here.\n  int64 coming = 15;\n"),
    ),
    _planted(
        "new value",
        "",
        "Readers answer 503 to a status that they do not know, and it survives.",
        _ORDER,
        Rewrite(
            "  ORDER_STATUS_EXPIRED = 6;\n", "  ORDER_STATUS_EXPIRED = 6;\n  // On its way.\n  ORDER_STATUS_SHIPPED = 7;\n"
        ),
    ),
)

CHANGES = (*BREAKING, *HARMLESS)
