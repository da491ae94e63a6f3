"""The last release and this version call each other: every RPC, with an effect, and with whatever hypothesis makes of it."""

from contextlib import suppress

import grpc
import pytest
from google.protobuf.message import Message
from hypothesis import HealthCheck, Phase, given, settings

from chaos.client.service_instances import credential
from harness.contracts.versions.caller import Caller
from harness.contracts.versions.generated import Known, messages
from harness.contracts.versions.schema import Schema
from harness.stack.attach import AttachedStack
from tests.contract import story
from tests.contract.conftest import PACKAGES, Start

EXAMPLES = 8
"""Of each RPC."""


def told(ask: Caller, product_of: Caller, authorise: story.Authorise) -> Known:
    """The whole story; what it was about. Orders are of products that `product_of` knows."""
    user = story.account(ask)
    product = story.catalogue(ask)
    sold = story.catalogue(product_of) if product_of is not ask else product
    order = story.ordering(ask, user["id"], sold["id"], authorise)
    story.paying(ask, authorise)
    story.notifying(ask)
    return {
        "id": [user["id"], product["id"], order["id"]],
        "user_id": [user["id"]],
        "product_id": [product["id"]],
        "product_ids": [product["id"]],
        "order_id": [order["id"]],
        "order_ids": [order["id"]],
        "email": [user["email"]],
        "customer_email": [user["email"]],
        "recipient_email": [user["email"]],
        "password": [story.PASSWORD],
        "access_token": [user["access_token"]],
        "refresh_token": [user["refresh_token"]],
        "payment_id": [order["payment_id"]],
        "provider_payment_id": [order["payment_id"]],
        "currency": ["EUR"],
        "country": ["GB"],
        "page": [1],
        "page_size": [10],
        "quantity": [1],
        "minor_units": [1999],
        "available": [5],
        "token": [2**40],
    }


def surprised(ask: Caller, known: Known, served: Schema) -> None:
    """Every RPC that is served is called with what hypothesis makes. Raises Misunderstood."""
    for path, method in sorted(ask.schema.methods.items()):
        if path not in served.methods:
            continue
        made = messages(ask.schema.messages[method.request], known)

        @settings(
            max_examples=EXAMPLES,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(message=made)
        def call(path: str, message: Message) -> None:
            with suppress(grpc.RpcError):  # refused in words that the client knows
                ask.send(path, message)

        call(path)


def test_an_old_client_and_a_new_server(stack: AttachedStack, released: Schema, servers: dict[str, str]) -> None:
    ask = Caller(released, servers, metadata=credential(stack))
    authorise = story.authorising(f"http://{stack.address('provider', 'http')}")
    known = told(ask, ask, authorise)
    assert {path for path, statuses in ask.answered.items() if "OK" in statuses} == released.methods.keys()
    surprised(ask, known, released)
    ask.close()


def test_a_new_client_and_an_old_server(
    stack: AttachedStack, current: Schema, released: Schema, servers: dict[str, str], start: Start
) -> None:
    shown = credential(stack)
    ask, now = Caller(current, start(*PACKAGES), metadata=shown), Caller(current, servers, metadata=shown)
    authorise = story.authorising(f"http://{stack.address('provider', 'http')}")
    known = told(ask, now, authorise)
    assert {path for path, statuses in ask.answered.items() if "OK" in statuses} >= released.methods.keys()
    surprised(ask, known, released)
    ask.close()
    now.close()


def test_a_client_that_is_misunderstood_is_told(stack: AttachedStack, released: Schema, servers: dict[str, str]) -> None:
    """The check can fail: a service that has no such RPC answers UNIMPLEMENTED."""
    wrong = dict.fromkeys(servers, servers["shop.user.v1"])
    ask = Caller(released, wrong, metadata=credential(stack))
    with pytest.raises(Exception, match="UNIMPLEMENTED"):
        story.notifying(ask)
    ask.close()
