"""One HTTP answer: its status, its JSON and its Retry-After header."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import httpx
from pydantic import JsonValue, TypeAdapter, ValidationError

from harness.contracts.consumers.recorder.rest import read_as, tracked
from harness.recording.exchange import json_object

T = TypeVar("T")

_SHOWN = 200


class RefusedError(Exception):
    """The answer was not the success that the caller needs; the message quotes it."""

    def __init__(self, message: str, answer: "Answer") -> None:
        super().__init__(message)
        self.answer = answer


@dataclass(frozen=True)
class Answer:
    """`body` is the JSON object of the answer; text under "text" when it was none. `retry_after_s` is in seconds."""

    request: str
    status: int
    body: Mapping[str, JsonValue] = field(default_factory=dict)
    retry_after_s: float | None = None
    location: str | None = None

    @classmethod
    def of(cls, response: httpx.Response) -> "Answer":
        """The Answer of an httpx response."""
        return cls(
            request=f"{response.request.method} {response.request.url.path}",
            status=response.status_code,
            body=tracked(response, json_object(response.content, response.text)),
            retry_after_s=_seconds(response.headers.get("retry-after")),
            location=response.headers.get("location"),
        )

    @property
    def code(self) -> str:
        """The constant that a problem names, e.g. OUT_OF_STOCK; "" without one."""
        found = self.body.get("code")
        return found if isinstance(found, str) else ""

    def read(self, kind: type[T]) -> T:
        """The body as a `kind`. Raises RefusedError for a status other than 2xx or a body that is no `kind`."""
        if not 200 <= self.status < 300:
            raise RefusedError(f"{self.request} was answered {self.status}: {self._said()}", self)
        try:
            made = TypeAdapter(kind).validate_python(self.body)
        except ValidationError as error:
            raise RefusedError(f"{self.request} was answered {self.status} with no {kind.__name__}: {error}", self) from error
        read_as(self.body, kind)
        return made

    def _said(self) -> str:
        parts = (self.body.get(name) for name in ("title", "detail", "code", "text"))
        return "; ".join(str(part)[:_SHOWN] for part in parts if part) or "no reason given"


def _seconds(header: str | None) -> float | None:
    try:
        return None if header is None else max(0.0, float(header))
    except ValueError:  # a date: allowed by HTTP, not used by the shop
        return None
