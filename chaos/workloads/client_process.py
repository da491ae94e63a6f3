"""Asking with a record of it: what was asked is on record before it leaves, the answer without the tokens it carries."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import httpx

from chaos.client import Answer
from harness.history import Recorder, Row

Call = Callable[[], Awaitable[Answer]]


@dataclass(frozen=True)
class ClientProcess:
    """`name` is the process in the history."""

    name: str
    recorder: Recorder

    async def calls(self, operation: str, sent: Row, call: Call) -> Answer | None:
        """Do an operation; None when nobody answered."""
        with self.recorder.invoke(self.name, operation, sent) as record:
            try:
                answer = await call()
            except httpx.HTTPError as error:
                record.raised(error)
                return None
            record.answered(answer.status, _without_tokens(answer))
        return answer


def _without_tokens(answer: Answer) -> Row:
    return {name: value for name, value in answer.body.items() if not name.endswith("_token")}
