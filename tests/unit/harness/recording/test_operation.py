"""An operation is declared around its requests: it reaches them, no others, and never stays without one."""

import asyncio

import pytest

from harness.recording import NotRecordedError, Undeclared, operation
from harness.recording.operation import declared_operation
from tests.unit.harness.recording.kept import Kept


def test_the_innermost_declaration_counts_and_ends_with_its_block() -> None:
    kept = Kept()
    with operation(kept.recorder, "buyer-1", "outer") as outer:
        with operation(kept.recorder, "buyer-1", "inner") as inner:
            assert declared_operation() is inner
            inner.begin()
        assert declared_operation() is outer
        outer.begin()
    assert declared_operation() is None
    assert [each.name for each in kept.operations] == ["inner", "outer"]


async def test_tasks_keep_their_own() -> None:
    kept, names = Kept(), []

    async def does(name: str) -> None:
        with operation(kept.recorder, name, name):
            await asyncio.sleep(0)
            declared = declared_operation()
            assert declared is not None
            declared.begin()
            names.append((name, declared.name))

    await asyncio.gather(*(does(name) for name in "abc"))
    assert all(name == seen for name, seen in names)
    assert len(names) == 3


def test_a_block_whose_requests_were_not_recorded_is_an_error() -> None:
    with (
        pytest.raises(NotRecordedError, match="place_order of buyer-1 made no request"),
        operation(Kept().recorder, "buyer-1", "place_order"),
    ):
        pass


def test_a_block_that_fails_first_fails_with_its_own_error() -> None:
    with pytest.raises(KeyError), operation(Kept().recorder, "buyer-1", "place_order"):
        raise KeyError


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/orders", "GET /orders"),
        ("/orders/17", "GET /orders/{id}"),
        ("/orders/0f8a0a7a-f5ce-4e5c-8db9-d7c9ee59bd26/cancel", "GET /orders/{id}/cancel"),
        ("/files/deadbeef", "GET /files/{id}"),
        ("/users/me", "GET /users/me"),
        ("/shops/any name/carts/x", "GET /shops/{shop}/carts/{cart}"),
    ],
)
def test_an_undeclared_request_is_named_after_itself(path: str, name: str) -> None:
    undeclared = Undeclared(Kept().recorder, "client", templates=("/shops/{shop}/carts/{cart}",))
    declared = undeclared.http("GET", path, {"query": "q"})
    assert (declared.name, declared.input) == (name, {"path": path, "query": "q"})
