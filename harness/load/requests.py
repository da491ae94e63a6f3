"""Requests of one customer in a process of Locust: counted by Locust, and each an operation of the history."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from locust.contrib.fasthttp import FastHttpSession
from pydantic import JsonValue

from harness.history import Row
from harness.load.in_process import LoadProcess
from harness.recording.exchange import KEPT, WANTED, Observed, json_object, without_secrets

TIMEOUT_S = 20.0
"""How long an answer is waited for (s)."""
SERVER_ERROR = 500


@dataclass(frozen=True)
class Reply:
    """An answer; `status` is 0 when there was none. `body` is its JSON object, `retry_after_s` what its header says."""

    status: int
    body: Mapping[str, JsonValue] = field(default_factory=dict)
    retry_after_s: float | None = None

    @property
    def unknown(self) -> bool:
        """Whether it does not say what became of the request."""
        return self.status == 0 or self.status >= SERVER_ERROR

    def text(self, *names: str) -> str:
        """A text in the body, by the names on the way to it; "" when there is none."""
        value: JsonValue = dict(self.body)
        for name in names:
            value = value.get(name) if isinstance(value, dict) else None
        return value if isinstance(value, str) else ""


@dataclass
class Requests:
    """`name` is the customer's process in the history; `due_s` when its visit was due, until its first request was sent."""

    process: LoadProcess
    session: FastHttpSession
    name: str
    headers: Mapping[str, str] = field(default_factory=dict)
    due_s: float | None = None

    def send(
        self,
        operation: str,
        sent: Row,
        method: str,
        url: str,
        *,
        body: Mapping[str, JsonValue] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Do an operation whose logical input is `sent`. Locust counts as failed what was not served: 5xx, or no answer."""
        due_s, self.due_s = self.due_s or time.monotonic(), None
        recorder = self.process.recorder
        call = recorder.invoke(self.name, operation, sent) if recorder else None
        seen = Observed(request=f"{method} {url}", request_body=None, deadline_s=TIMEOUT_S)
        with self.session.request(
            method,
            url,
            name=operation,
            json=None if body is None else dict(body),
            headers={**self.headers, **(headers or {})},
            catch_response=True,
        ) as response:
            status, error = response.status_code, getattr(response, "error", None)
            content = response.content or b""
            if status and status < SERVER_ERROR:
                response.success()
            else:
                response.failure(f"{status or error}")
            answered = dict(response.headers.items()) if response.headers else {}
        self.process.answered(operation, due_s)
        text = content.decode(errors="replace") if len(content) <= KEPT else ""
        body_said = json_object(content, text) if text else {}
        if call is not None:
            seen.answered(answered, WANTED)
            seen.response.add(content)
            if status:
                call.answered(status, without_secrets(body_said), exchange=seen.ended())
            else:
                call.errored(error or ConnectionError("no answer"), exchange=seen.ended())
        return Reply(status, body_said, _seconds({key.lower(): value for key, value in answered.items()}.get("retry-after")))


def _seconds(header: str | None) -> float | None:
    try:
        return None if header is None else max(0.0, float(header))
    except ValueError:
        return None
