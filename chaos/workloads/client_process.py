"""A client process of the history: does operations one after the other, through clients whose requests are recorded.

The transport (`harness.recording`) records the invoke before the request is sent, and the completion with the answer, without
tokens.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import httpx

from chaos.client import Answer
from harness.history import Recorder, Row
from harness.recording import operation

Call = Callable[[], Awaitable[Answer]]


@dataclass(frozen=True)
class ClientProcess:
    """`name` is the process in the history."""

    name: str
    recorder: Recorder

    async def calls(self, name: str, sent: Row, call: Call) -> Answer | None:
        """Do the operation `name` whose logical input is `sent`; None when there was no answer."""
        try:
            with operation(self.recorder, self.name, name, sent):
                return await call()
        except httpx.HTTPError:
            return None
