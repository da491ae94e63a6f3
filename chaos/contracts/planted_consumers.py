"""Changes of providers that break a consumer of the shop, and some that only look as if they did."""

from collections.abc import Callable
from typing import Any

from google.protobuf.descriptor_pb2 import DescriptorProto, FileDescriptorSet

from harness.contracts.documents import Documents
from harness.contracts.planted import EditError, PlantedChange

IMAGE, OPENAPI, AMQP = "proto.binpb", "openapi.json", "amqp.json"
Edit = Callable[[Documents], Documents]


def _proto(edit: Callable[[FileDescriptorSet], object]) -> Edit:
    def change(documents: Documents) -> Documents:
        image = FileDescriptorSet.FromString(documents.content(IMAGE))
        edit(image)
        return documents.with_file(IMAGE, image.SerializeToString())

    return change


def _json(name: str, edit: Callable[[Any], object]) -> Edit:
    def change(documents: Documents) -> Documents:
        content = documents.json(name)
        edit(content)
        return documents.with_json(name, content)

    return change


def _message(image: FileDescriptorSet, full: str) -> DescriptorProto:
    package, _, name = full.rpartition(".")
    for file in image.file:
        for message in file.message_type:
            if (file.package, message.name) == (package, name):
                return message
    raise EditError(f"there is no message {full}")


def _without_field(full: str) -> Edit:
    def edit(image: FileDescriptorSet) -> None:
        fields = _message(image, full.rpartition(".")[0]).field
        del fields[next(at for at, field in enumerate(fields) if field.name == full.rpartition(".")[2])]

    return _proto(edit)


def _field(full: str, **changes: Any) -> Edit:
    def edit(image: FileDescriptorSet) -> None:
        fields = _message(image, full.rpartition(".")[0]).field
        field = next(field for field in fields if field.name == full.rpartition(".")[2])
        for name, value in changes.items():
            setattr(field, name, value)

    return _proto(edit)


def _without_method(service: str, method: str) -> Edit:
    def edit(image: FileDescriptorSet) -> None:
        for file in image.file:
            for each in file.service:
                if each.name == service:
                    del each.method[next(at for at, known in enumerate(each.method) if known.name == method)]

    return _proto(edit)


def _schema(name: str, edit: Callable[[Any], object]) -> Edit:
    return _json(OPENAPI, lambda document: edit(document["components"]["schemas"][name]))


def _responses(path: str, method: str, edit: Callable[[Any], object]) -> Edit:
    return _json(OPENAPI, lambda document: edit(document["paths"][path][method]["responses"]))


def _routing(key: str, **changes: str) -> Edit:
    return _json(AMQP, lambda topology: next(row for row in topology["messages"] if row["routing_key"] == key).update(changes))


def _breaking(name: str, rule: str, about: str, edit: Edit) -> PlantedChange:
    return PlantedChange(name=name, contract="consumers", rule=rule, about=about, edit=edit)


def _harmless(name: str, about: str, edit: Edit) -> PlantedChange:
    return PlantedChange(name=name, contract="consumers", about=about, edit=edit)


CHANGES = (
    _breaking(
        "consumer-loses-field-of-order",
        "consumer-field-removed",
        "The gateway shows an order's reason.",
        _without_field("shop.order.v1.Order.reason"),
    ),
    _breaking(
        "consumer-loses-field-it-sends",
        "consumer-field-removed",
        "The order service names the fence of each product it reserves.",
        _without_field("shop.product.v1.Fence.token"),
    ),
    _breaking(
        "consumer-loses-name-of-field",
        "consumer-field-renamed",
        "The number is the same on the wire; bookkeeping's and payment's code does not compile.",
        _field("shop.events.v1.OrderPaid.order", name="paid_order"),
    ),
    _breaking(
        "consumer-meets-another-number",
        "consumer-field-type-changed",
        "Amounts are handed on whole by payment: every field of them is used.",
        _field("shop.common.v1.Money.minor_units", number=9),
    ),
    _breaking(
        "consumer-loses-rpc",
        "consumer-rpc-removed",
        "A lost reservation is given back with it, by order and by the experiments.",
        _without_method("ProductService", "ReleaseReservations"),
    ),
    _breaking(
        "consumer-loses-event",
        "consumer-message-removed",
        "Paid orders are published under another key: no confirmation is sent, nothing is booked.",
        _routing("order.paid", routing_key="order.settled"),
    ),
    _breaking(
        "consumer-loses-reply",
        "consumer-message-removed",
        "Commands are no longer answered: each order would be a 202.",
        _routing("order.place", reply=""),
    ),
    _breaking(
        "consumer-meets-another-command",
        "consumer-message-type-changed",
        "The gateway still publishes PlaceOrder.",
        _routing("order.place", type="shop.order.v1.AcceptOrderRequest"),
    ),
    _breaking(
        "consumer-loses-queue",
        "consumer-queue-removed",
        "The gateway publishes to order.place.",
        _json(
            AMQP, lambda topology: topology["queues"].remove(next(q for q in topology["queues"] if q["name"] == "order.place"))
        ),
    ),
    _breaking(
        "consumer-loses-operation",
        "consumer-operation-removed",
        "The storefront pays with it.",
        _json(OPENAPI, lambda document: document["paths"].pop("/orders/{order_id}/complete")),
    ),
    _breaking(
        "consumer-loses-property",
        "consumer-property-removed",
        "The storefront shows how long an order is held.",
        _schema("Order", lambda schema: schema["properties"].pop("expires_at")),
    ),
    _breaking(
        "consumer-meets-null",
        "consumer-property-type-changed",
        "A price that may be null is no price to the client.",
        _schema(
            "Product",
            lambda schema: schema["properties"].update(price={"anyOf": [schema["properties"]["price"], {"type": "null"}]}),
        ),
    ),
    _breaking(
        "consumer-misses-property",
        "consumer-property-optional",
        "A session without a refresh token ends after a quarter of an hour.",
        _schema("Session", lambda schema: schema["required"].remove("refresh_token")),
    ),
    _breaking(
        "consumer-is-not-understood",
        "consumer-sent-property-removed",
        "Every buyer sends the id of the payment under this name.",
        _schema("Payment", lambda schema: schema["properties"].update(id=schema["properties"].pop("payment_id"))),
    ),
    _breaking(
        "consumer-does-not-send",
        "consumer-required-not-sent",
        "No buyer says how the order is to be delivered.",
        _schema(
            "NewOrder",
            lambda schema: (schema["properties"].update(carrier={"type": "string"}), schema["required"].append("carrier")),
        ),
    ),
    _breaking(
        "consumer-meets-status",
        "consumer-status-unhandled",
        "Neither client nor storefront knows 410.",
        _responses("/orders/{order_id}", "get", lambda responses: responses.update({"410": {"description": "Gone"}})),
    ),
    _harmless(
        "consumer-field-nobody-reads",
        "It breaks the proto contract and no consumer: the message comes back to nobody who reads it.",
        _without_field("shop.notification.v1.SendOrderConfirmationResponse.message_id"),
    ),
    _harmless(
        "consumer-rpc-nobody-calls",
        "No consumer asks for many products at once.",
        _without_method("ProductService", "GetProducts"),
    ),
    _harmless(
        "consumer-event-nobody-takes",
        "Nobody is bound to expired orders.",
        _json(
            AMQP,
            lambda topology: topology["messages"].remove(
                next(row for row in topology["messages"] if row["routing_key"] == "order.expired")
            ),
        ),
    ),
    _harmless(
        "consumer-template-renamed",
        "The name of a path's parameter is not part of any request.",
        _json(
            OPENAPI, lambda document: document["paths"].update({"/orders/{id}": document["paths"].pop("/orders/{order_id}")})
        ),
    ),
    _harmless(
        "consumer-status-known",
        "Both clients handle 429 wherever it comes from.",
        _responses("/products/{product_id}", "get", lambda responses: responses.update({"429": {"description": "Too many"}})),
    ),
    _harmless(
        "consumer-property-narrowed",
        "An amount that is always there where it could be null takes nothing from its readers.",
        _schema("Order", lambda schema: schema["properties"].update(total={"$ref": "#/components/schemas/Money"})),
    ),
)
