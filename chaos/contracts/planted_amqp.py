"""Changes of the AMQP topology that the amqp checker must name, and some that look dangerous and break nobody.

Lists of the document are sorted by name: queue 0 is order.place, 2 payment.order-events; message 0 PlaceOrder, 3 order.paid.
"""

from harness.contracts.json_patch import Add, Move, Operation, Remove, Replace, patched
from harness.contracts.planted import PlantedChange

_ORDERS, _EVENTS, _BINDING = "/queues/0", "/queues/2", "/bindings/0"
_PLACE_ORDER, _ORDER_PAID = "/messages/0", "/messages/3"


def _planted(name: str, rule: str, about: str, *operations: Operation) -> PlantedChange:
    return PlantedChange(name=name, contract="amqp", rule=rule, about=about, edit=patched("amqp.json", *operations))


def _harmless(name: str, about: str, *operations: Operation) -> PlantedChange:
    return _planted(name, "", about, *operations)


BREAKING = (
    _planted("exchange removed", "exchange-removed", "Events of old orders are refused.", Remove("/exchanges/0")),
    _planted(
        "exchange fans out",
        "exchange-type-changed",
        "An old instance cannot declare it (406).",
        Replace("/exchanges/0/type", "fanout"),
    ),
    _planted(
        "exchange not durable",
        "exchange-durability-changed",
        "It is gone after a restart.",
        Replace("/exchanges/0/durable", value=False),
    ),
    _planted("queue removed", "queue-removed", "Old gateways publish orders to nobody.", Remove(_ORDERS)),
    _planted(
        "queue renamed",
        "queue-removed",
        "The old one fills up and nobody reads it.",
        Replace(f"{_ORDERS}/name", "orders.place"),
    ),
    _planted(
        "classic queue",
        "queue-type-changed",
        "One node's disk holds all orders.",
        Replace(f"{_ORDERS}/arguments/x-queue-type", "classic"),
    ),
    _planted(
        "orders expire in the queue",
        "queue-message-ttl-changed",
        "An accepted order is lost.",
        Add(f"{_ORDERS}/arguments/x-message-ttl", 60000),
    ),
    _planted(
        "dead letters elsewhere",
        "queue-dead-letter-changed",
        "Who watches order.place.dead sees none.",
        Replace(f"{_ORDERS}/arguments/x-dead-letter-routing-key", "dead"),
    ),
    _planted(
        "queue with an end",
        "queue-length-limit-changed",
        "A flash sale overflows it.",
        Add(f"{_ORDERS}/arguments/x-max-length", 1000),
    ),
    _planted(
        "fewer deliveries",
        "queue-delivery-limit-changed",
        "An order is given up after some restarts.",
        Replace(f"{_EVENTS}/arguments/x-delivery-limit", 20),
    ),
    _planted("binding removed", "binding-removed", "Nobody is told of paid orders.", Remove(_BINDING)),
    _planted(
        "narrower binding", "binding-removed", "No event has that key.", Replace(f"{_BINDING}/routing_key", "order.paid.#.eu")
    ),
    _planted(
        "event of another type",
        "message-type-changed",
        "Payment cannot read it.",
        Replace(f"{_ORDER_PAID}/type", "shop.events.v1.OrderPaid"),
    ),
    _planted(
        "event with another payload",
        "message-payload-changed",
        "Payment looks for order_paid.",
        Replace(f"{_ORDER_PAID}/payload", "order_reserved"),
    ),
    _planted(
        "event as JSON",
        "message-content-type-changed",
        "Payment parses protobuf.",
        Replace(f"{_ORDER_PAID}/content_type", "application/json"),
    ),
    _planted("no reply", "message-reply-removed", "Gateways wait, then answer 202.", Replace(f"{_PLACE_ORDER}/reply", "")),
    _planted(
        "more events on a queue",
        "binding-added-to-existing-queue",
        "Old instances may not know them.",
        Add("/bindings/-", {"source": "shop.events", "destination": "payment.order-events", "routing_key": "order.cancelled"}),
    ),
)

HARMLESS = (
    _harmless("queues in another order", "A list of queues has none.", Move(_ORDERS, "/queues/-")),
    _harmless(
        "new queue on the same events",
        "Every bound queue gets its own copy.",
        Add("/queues/-", {"name": "audit", "arguments": {"x-queue-type": "quorum", "x-message-ttl": 1000}}),
        Add("/bindings/-", {"source": "shop.events", "destination": "audit", "routing_key": "#"}),
    ),
    _harmless(
        "new exchange",
        "Nobody was promised that there is none.",
        Add("/exchanges/-", {"name": "shop.commands", "type": "direct"}),
    ),
    _harmless(
        "new event",
        "No queue of the last release is bound to its key.",
        Add("/messages/-", {"exchange": "shop.events", "routing_key": "order.returned", "type": "shop.events.v1.Event"}),
    ),
    _harmless(
        "event is answered",
        "Who publishes it sets no reply_to.",
        Replace(f"{_ORDER_PAID}/reply", "shop.events.v1.PlaceOrderReply"),
    ),
)

CHANGES = (*BREAKING, *HARMLESS)
