"""The contract of every RPC is what clients and servers do: the retry table, the deadlines, the statuses."""

import json

import grpc
import pytest
from shop.notification.v1 import notification_pb2
from shop.order.v1 import order_pb2
from shop.payment.v1 import payment_pb2
from shop.product.v1 import product_pb2
from shop.user.v1 import user_pb2

from system.common.errors import TABLE
from system.common.promises import of_method
from system.common.rpc_channel import service_config
from system.common.settings import ServiceSettings
from system.gateway.settings import GatewaySettings

FILES = (notification_pb2, order_pb2, payment_pb2, product_pb2, user_pb2)
RPCS = [
    f"/{service.full_name}/{method.name}"
    for file in FILES
    for service in file.DESCRIPTOR.services_by_name.values()
    for method in service.methods
]
SAGAS = ("/shop.order.v1.OrderService/CompleteOrder", "/shop.order.v1.OrderService/CancelOrder")


@pytest.mark.parametrize("path", RPCS)
def test_an_rpc_states_its_promises(path: str) -> None:
    promise = of_method(path)
    assert promise is not None
    assert promise.deadline_s > 0


@pytest.mark.parametrize("path", RPCS)
def test_only_statuses_of_the_table_of_errors_are_promised(path: str) -> None:
    promise = of_method(path)
    assert promise is not None
    assert promise.answers <= {row.grpc for row in TABLE} - {grpc.StatusCode.INTERNAL}


@pytest.mark.parametrize("path", RPCS)
def test_callers_wait_as_long_as_is_promised(path: str) -> None:
    settings = GatewaySettings if path in SAGAS else ServiceSettings
    waits_s = settings.model_fields["saga_timeout_s" if path in SAGAS else "call_timeout_s"].default
    promise = of_method(path)
    assert promise is not None
    assert promise.deadline_s == waits_s


def test_what_may_be_repeated_is_retried_and_nothing_else() -> None:
    config = json.loads(service_config("shop.payment.v1.PaymentService"))
    assert {each["method"] for each in config["methodConfig"][0]["name"]} == {"CapturePayment", "RefundPayment", "GetPayment"}
    users = {each["method"] for each in json.loads(service_config("shop.user.v1.UserService"))["methodConfig"][0]["name"]}
    assert users == {"VerifyToken", "GetUser"}


def test_what_is_not_the_shops_promises_nothing() -> None:
    assert of_method("/grpc.health.v1.Health/Check") is None
    assert of_method("/shop.user.v1.UserService/Vanish") is None
