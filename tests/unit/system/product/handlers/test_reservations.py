"""What the handler makes of what the store reports; the SQL itself is tested on a real server."""

from collections.abc import Awaitable, Callable
from typing import cast

import pytest

from system.common.database import Database, Transaction
from system.common.errors import StaleFencingToken, Unavailable
from system.product.domain.reservations import Batch, FenceStaleError, Outcome, Result
from system.product.handlers.reservations import ATTEMPTS, Reservations
from system.product.store.reservations import CameFirstError
from system.product.store.stock import ConditionFailedError
from tests.unit.system.product.world import order, product, wanted

BATCH = Batch((wanted(1, (1, 1)),), {product(1): 1})
DONE = (Result(order(1), Outcome.RESERVED),)


class ScriptedDatabase:
    """Answers each transaction with the next entry of its script."""

    def __init__(self, *script: Exception | tuple[Result, ...] | None) -> None:
        self.script = list(script)

    async def run(self, work: Callable[[Transaction], Awaitable[object]]) -> object:
        answer = self.script.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def _reservations(*script: Exception | tuple[Result, ...] | None) -> tuple[Reservations, ScriptedDatabase]:
    database = ScriptedDatabase(*script)
    return Reservations(cast(Database, database)), database


async def test_a_batch_that_lost_a_race_for_an_order_looks_again() -> None:
    reservations, database = _reservations(CameFirstError(), CameFirstError(), DONE)
    assert await reservations.reserve(BATCH) == DONE
    assert not database.script


async def test_it_does_not_look_for_ever() -> None:
    reservations, database = _reservations(*(CameFirstError() for _ in range(ATTEMPTS)), DONE)
    with pytest.raises(Unavailable) as caught:
        await reservations.release([order(1)])
    assert caught.value.retry_after_s
    assert database.script == [DONE]


async def test_a_refused_condition_is_an_overtaken_lock_holder() -> None:
    reservations, _ = _reservations(ConditionFailedError("1 of 1"))
    with pytest.raises(StaleFencingToken):
        await reservations.reserve(BATCH)


async def test_a_refusal_is_put_on_record_in_a_transaction_of_its_own() -> None:
    reservations, database = _reservations(FenceStaleError(product(1), 7, 8), None)
    with pytest.raises(StaleFencingToken) as caught:
        await reservations.reserve(BATCH)
    assert caught.value.metadata == {"product_id": product(1)}
    assert not database.script


async def test_a_refusal_stands_even_if_it_cannot_be_put_on_record() -> None:
    reservations, _ = _reservations(FenceStaleError(product(1), 7, 8), Unavailable("the database is away"))
    with pytest.raises(StaleFencingToken):
        await reservations.reserve(BATCH)


async def test_an_empty_batch_asks_nobody() -> None:
    reservations, _ = _reservations()
    assert await reservations.reserve(Batch((), {})) == ()
    assert await reservations.confirm([]) == ()
    assert await reservations.release([]) == ()
