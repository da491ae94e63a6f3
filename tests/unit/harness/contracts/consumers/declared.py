"""Declarations and providers of a made-up shop, and changes of them."""

import copy
import json
from collections.abc import Callable
from typing import Any

from google.protobuf import descriptor_pb2, text_format

from harness.contracts.consumers.checker import ConsumersChecker
from harness.contracts.consumers.declaration import Consumer, Use, as_document
from harness.contracts.documents import Documents, as_json
from harness.contracts.finding import Finding
from harness.contracts.proto.promises import Options

PROTO = """
file { name: "opts.proto" package: "toy" syntax: "proto3" dependency: "google/protobuf/descriptor.proto"
  message_type { name: "Rpc" field { name: "answers" number: 1 type: TYPE_STRING label: LABEL_REPEATED } }
  extension { name: "rpc" number: 1001 type: TYPE_MESSAGE type_name: ".toy.Rpc" label: LABEL_OPTIONAL
              extendee: ".google.protobuf.MethodOptions" } }
file { name: "toy.proto" package: "toy" syntax: "proto3" dependency: "opts.proto"
  message_type { name: "Money"
    field { name: "units" number: 1 type: TYPE_INT64 label: LABEL_OPTIONAL }
    field { name: "currency" number: 2 type: TYPE_STRING label: LABEL_OPTIONAL } }
  message_type { name: "Order"
    field { name: "id" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
    field { name: "total" number: 2 type: TYPE_MESSAGE type_name: ".toy.Money" label: LABEL_OPTIONAL }
    field { name: "note" number: 3 type: TYPE_STRING label: LABEL_OPTIONAL } }
  message_type { name: "Get" field { name: "id" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL } }
  service { name: "Desk" method { name: "Get" input_type: ".toy.Get" output_type: ".toy.Order" } } }
"""
OPENAPI = {
    "paths": {
        "/orders/{order_id}": {
            "parameters": [{"$ref": "#/components/parameters/Verbose"}],
            "put": {
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Wish"}}}},
                "responses": {
                    "200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}},
                    "404": {"content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}},
                },
            },
        }
    },
    "components": {
        "parameters": {"Verbose": {"name": "verbose", "in": "query", "schema": {"type": "boolean"}}},
        "schemas": {
            "Wish": {"type": "object", "properties": {"note": {"type": "string"}, "when": {"type": "string"}}},
            "Order": {
                "type": "object",
                "required": ["id", "items"],
                "properties": {
                    "id": {"type": "string"},
                    "unread": {"type": "string"},
                    "items": {"type": "array", "items": {"$ref": "#/components/schemas/Item"}},
                    "total": {"anyOf": [{"$ref": "#/components/schemas/Money"}, {"type": "null"}]},
                },
            },
            "Problem": {"type": "object", "required": ["code"], "properties": {"code": {"type": "string"}}},
            "Item": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}},
            "Money": {"type": "object", "required": ["units"], "properties": {"units": {"type": "integer"}}},
        },
    },
}
AMQP: dict[str, list[dict[str, Any]]] = {
    "exchanges": [{"name": "events"}],
    "queues": [{"name": "place"}],
    "bindings": [],
    "messages": [
        {"exchange": "events", "routing_key": "paid", "type": "toy.Order", "payload": ""},
        {"exchange": "", "routing_key": "place", "type": "toy.Get", "payload": "", "reply": "toy.Money"},
    ],
}
CONSUMERS = (
    Consumer(
        name="desk",
        code=("desk/",),
        handles=("404", "UNAVAILABLE"),
        uses=(
            Use(
                "rpc",
                "toy.Desk/Get",
                at=("desk/a.py:get",),
                sends=("toy.Get.id",),
                codes=("NOT_FOUND", "OK"),
                reads={"desk/a.py:get": ("toy.Order.id", "toy.Order.total"), "desk/b.py:whole": ("toy.Money.*",)},
            ),
            Use(
                "message",
                "toy.Order",
                at=("desk/c.py:take",),
                consumes=("events:paid",),
                reads={"desk/c.py:take": ("toy.Order.id",)},
            ),
            Use("message", "toy.Money", consumes=("(reply)",), reads={"desk/c.py:reply": ("toy.Money.units",)}),
            Use("message", "toy.Get", at=("desk/c.py:order",), publishes=("place",), sends=("toy.Get.id",)),
            Use(
                "rest",
                "PUT /orders/{id}",
                at=("desk/d.py:put",),
                sends=("note", "?verbose"),
                codes=("200",),
                reads={
                    "desk/d.py:Order": ("200 id", "200 items", "200 items.name", "200 total", "200 total.units", "problem code")
                },
            ),
        ),
    ),
)


def image(edit: Callable[[str], str] = lambda text: text, answers: str = "") -> bytes:
    """The proto image, with its text edited; `answers` is a status that toy.Desk/Get says it answers."""
    files = text_format.Parse(edit(PROTO), descriptor_pb2.FileDescriptorSet())
    if answers:
        option = bytes([0x0A, len(answers)]) + answers.encode()  # Rpc.answers, and around it the extension 1001
        files.file[-1].service[0].method[0].options.ParseFromString(bytes([0xCA, 0x3E, len(option)]) + option)
    content: bytes = files.SerializeToString()
    return content


def documents(
    *,
    proto: Callable[[str], str] = lambda text: text,
    openapi: Callable[[str], str] = lambda text: text,
    amqp: Callable[[str], str] = lambda text: text,
    consumers: tuple[Consumer, ...] = CONSUMERS,
) -> Documents:
    """One version of the shop, with the text of its documents edited."""
    return Documents(
        "current",
        {
            "proto.binpb": image(proto),
            "openapi.json": openapi(json.dumps(OPENAPI)).encode(),
            "amqp.json": amqp(json.dumps(AMQP)).encode(),
            "consumers.json": as_json(as_document(copy.deepcopy(consumers))),
        },
    )


def found(current: Documents, released: Documents | None = None) -> list[Finding]:
    """What the checker says."""
    return list(ConsumersChecker(Options(rpc="toy.rpc", limits="toy.limits")).check(released or documents(), current))
