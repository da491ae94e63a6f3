"""Poison is poison: the shop's own rules refuse each kind of it. And only what a consumer refused counts as such."""

from random import Random  # noqa: TID251 - of a fixed seed
from types import SimpleNamespace
from typing import Any

import pytest
from google.protobuf.message import DecodeError
from shop.events.v1.events_pb2 import PlaceOrder

from chaos.faults.hopeless_commands import command, hopeless
from chaos.faults.poison import Poison, poison, refused
from system.order.domain import fault_of
from system.order.wire import placement
from tests.unit.harness.faults.specs import declared


def bodies(seed: int = 7) -> list[bytes]:
    return list(Poison(declared(poison(1), seed))._bodies.values())


def test_there_is_one_of_each_kind() -> None:
    found = bodies()
    unreadable = [body for body in found if not _readable(body)]
    assert (len(found), len(unreadable)) == (1 + len(dict(hopeless(Random(1)))), 1)  # noqa: S311 - not a secret


def test_every_limit_of_the_schema_is_broken_by_one_command_and_the_shops_rules_refuse_each() -> None:
    kinds = dict(hopeless(Random(1)))  # noqa: S311 - not a secret
    assert {
        "order_id: missing", "user_id: no uuid: order-1", "customer_email: too long", "idempotency_key: too long",
        "items: too many", "items.quantity: too great", "items.product_id: too short", "delivery_address.city: too long",
    } <= kinds.keys()  # fmt: skip
    assert {what for what, broken in kinds.items() if not fault_of(placement(broken))} == set()
    assert fault_of(placement(command(Random(1)))) == "", "what is broken in one place is whole in all others"  # noqa: S311


def _readable(body: bytes) -> bool:
    try:
        PlaceOrder.FromString(body)
    except DecodeError:
        return False
    return True


@pytest.mark.parametrize("seed", range(50))
def test_noise_is_never_readable_by_chance(seed: int) -> None:
    assert sum(not _readable(body) for body in bodies(seed)) == 1


def test_the_seed_decides() -> None:
    assert bodies() == bodies()
    assert bodies() != bodies(8)


def message(headers: dict[str, Any]) -> Any:
    return SimpleNamespace(headers=headers)


def test_refused_by_a_consumer() -> None:
    assert refused(message({"x-death": [{"queue": "order.place", "reason": "rejected"}]}))
    assert refused(message({"x-death": [{"queue": b"order.place", "reason": b"rejected"}]}))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-death": []},
        {"x-death": [{"queue": "order.place", "reason": "delivery_limit"}]},
        {"x-death": [{"queue": "order.place", "reason": "expired"}]},
        {"x-death": [{"queue": "another", "reason": "rejected"}]},
    ],
)
def test_dead_for_another_reason(headers: dict[str, Any]) -> None:
    assert not refused(message(headers))
