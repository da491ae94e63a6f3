"""Poison is poison: the shop's own rules refuse each kind of it. And only what a consumer refused counts as such."""

from types import SimpleNamespace
from typing import Any

import pytest
from google.protobuf.message import DecodeError
from shop.events.v1.events_pb2 import PlaceOrder

from chaos.faults.poison import Poison, poison, refused
from tests.unit.harness.faults.specs import declared


def bodies(seed: int = 7) -> list[bytes]:
    return list(Poison(declared(poison(1), seed))._bodies.values())


def test_there_is_one_of_each_kind() -> None:
    found = bodies()
    unreadable = [body for body in found if not _readable(body)]
    assert (len(found), len(unreadable)) == (6, 1)


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
