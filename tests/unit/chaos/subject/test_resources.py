"""What is held is compared with what was before; a server that cannot be asked leaves it unknown."""

from typing import Any, cast

import pytest

from chaos.observations.health_over_time import MEMORY
from chaos.observations.rest import CONNECTIONS
from chaos.subject import resources
from chaos.subject.resources import Resources
from harness.system.connections import Held, NotCountedError


def channels(number: int) -> Held:
    return Held("rabbitmq", "rabbitmq", "channels", number, 6)


def down(_stack: object) -> None:
    raise NotCountedError("OSError: refused")


@pytest.fixture
def grown(monkeypatch: pytest.MonkeyPatch) -> Resources:
    """A shop that has grown since it was remembered."""
    found = Resources(cast(Any, None))
    monkeypatch.setattr(resources, "held", lambda _stack: (channels(3),))
    monkeypatch.setattr(resources, "resident_bytes", lambda _stack: {"order-1": 100})
    found.remember()
    monkeypatch.setattr(resources, "held", lambda _stack: (channels(9), Held("new", "redis", "connections", 1, 6)))
    monkeypatch.setattr(resources, "resident_bytes", lambda _stack: {"order-1": 150, "order-2": 90})
    return found


def test_both_are_compared_with_what_was_before(grown: Resources) -> None:
    assert dict(grown.observed()) == {
        MEMORY: [
            {"member": "order-1", "before": 100, "after": 150},
            {"member": "order-2", "before": None, "after": 90},
        ],
        CONNECTIONS: [
            {"server": "rabbitmq", "kind": "rabbitmq", "what": "channels", "before": 3, "after": 9, "clients": 6},
        ],
    }


def test_a_server_that_cannot_be_asked_leaves_connections_unobserved(grown: Resources, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "held", down)
    assert [subject for subject, _ in grown.observed()] == [MEMORY]


def test_a_server_that_could_not_be_asked_before_leaves_them_unobserved_too(
    grown: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resources, "held", down)
    grown.remember()
    monkeypatch.setattr(resources, "held", lambda _stack: (channels(9),))
    assert [subject for subject, _ in grown.observed()] == [MEMORY]
