"""Preparations of a run, repeated while the shop asks to come back later: a busy shop is no reason to give a run up."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import TypeVar

import stamina

from chaos.client.answer import Answer, RefusedError

T = TypeVar("T")

BUSY = frozenset({HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS})
ATTEMPTS = 6


async def accepted(ask: Callable[[], Awaitable[Answer]], kind: type[T]) -> T:
    """The body of the answer as a `kind`; asked up to 6 times while it is 503 or 429, after the time in Retry-After.

    Only for requests that may be repeated. Raises RefusedError for any other refusal or the last one, and httpx.HTTPError.
    """
    async for attempt in stamina.retry_context(on=_later, attempts=ATTEMPTS, timeout=None):
        with attempt:
            return (await ask()).read(kind)
    raise AssertionError("the last attempt returns or raises")


def _later(error: Exception) -> bool | float:
    if not isinstance(error, RefusedError) or error.answer.status not in BUSY:
        return False
    asked = error.answer.retry_after_s
    return True if asked is None else asked
