"""Sends what actions ask for: recorded as operations of the history, and kept as exchanges that a script can repeat."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import httpx
from pydantic import JsonValue

from chaos.client import Answer
from chaos.fuzz.model.action import Action, Sent
from harness.fuzz.requests import Exchange, Request, Values
from harness.history import Recorder
from harness.recording import operation
from harness.recording.exchange import without_secrets

UNKNOWN = frozenset({429, 502, 503, 504})
"""Statuses that say nothing about what happened."""
SAID = 300


class InconclusiveError(Exception):
    """No answer, or one that leaves open what happened: the model cannot go on from here."""


@dataclass(frozen=True)
class Sender:
    """`clients` by the name of the server; `secrets` are what `$NAME` in a body stands for.

    `tried` is told every operation and how it was answered.
    """

    clients: Mapping[str, httpx.AsyncClient]
    secrets: Mapping[str, str]
    recorder: Recorder
    tried: Callable[[str, str], None]

    async def perform(self, actions: Sequence[Action], values: Values) -> tuple[list[list[Answer]], list[Exchange]]:
        """One client's actions, one after the other: the answers of each, and all exchanges.

        Raises InconclusiveError.
        """
        answers: list[list[Answer]] = []
        exchanges: list[Exchange] = []
        for action in actions:
            answered: list[Answer] = []
            answers.append(answered)
            requests = action.requests(values)
            try:
                sent = next(requests)
                while True:
                    answer = await self._send(sent, values)
                    answered.append(answer)
                    exchanges.append(
                        Exchange(
                            sent.request, answer.status, answer.code or json.dumps(without_secrets(dict(answer.body)))[:SAID]
                        )
                    )
                    sent = requests.send(answer)
            except StopIteration:
                continue
        return answers, exchanges

    def _body(self, request: Request, values: Values) -> JsonValue:
        body = values.fill(request.body)
        if not isinstance(body, dict):
            return body
        return {
            name: self.secrets.get(str(value)[1:], value) if str(value).startswith("$") else value
            for name, value in body.items()
        }

    async def _send(self, sent: Sent, values: Values) -> Answer:
        request = sent.request
        if request.pause_s:
            await asyncio.sleep(request.pause_s)
        process = values.text(f"{request.client}@{{run}}")
        row = values.fill(dict(sent.input))
        try:
            with operation(self.recorder, process, sent.operation, row if isinstance(row, dict) else {}):
                response = await self.clients[request.base].request(
                    request.method,
                    values.text(request.path),
                    json=self._body(request, values),
                    headers={name: values.text(value) for name, value in request.headers.items()},
                )
        except httpx.HTTPError as error:
            self.tried(sent.operation, type(error).__name__)
            raise InconclusiveError(f"{sent.operation}: {error!r}") from error
        answer = Answer.of(response)
        self.tried(sent.operation, f"{answer.status} {answer.code}".strip())
        if answer.status in UNKNOWN:
            raise InconclusiveError(f"{sent.operation} was answered {answer.status}")
        for name, fields in request.captures.items():
            value = next((answer.body[each] for each in fields.split("|") if answer.body.get(each)), None)
            if isinstance(value, str):
                values.learn(name, value)
        return answer
