"""Requests as data, the answers to them, and how they are told as commands for a shell (curl and jq).

A transcript is the requests that led to a finding, in their order. What an answer taught (a token, an id) is a shell variable
in the commands after it, so that they work on a system that was started anew.
"""

import json
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import httpx


@dataclass(frozen=True, kw_only=True)
class Ask:
    """A request. `door` is the shell variable with the address that it goes to; a `token` is sent as bearer token."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    token: str | None = None
    door: str = "GATEWAY"

    @property
    def told(self) -> str:
        """Method and path with the query."""
        query = "&".join(f"{name}={value}" for name, value in self.query.items())
        return f"{self.method} {self.path}{'?' if query else ''}{query}"

    def to(self, **changes: Any) -> "Ask":
        """The same with changes."""
        return replace(self, **changes)


@dataclass(frozen=True, kw_only=True)
class Told:
    """An answer: its status and its body, as JSON where it is, and as text."""

    status: int
    body: Any
    text: str

    @property
    def ok(self) -> bool:
        """Whether it is a success."""
        return 200 <= self.status < 300

    @property
    def code(self) -> str:
        """The constant that a problem names (RFC 9457 extension `code`), else ""."""
        found = self.body.get("code") if isinstance(self.body, dict) else None
        return found if isinstance(found, str) else ""


@dataclass(frozen=True)
class Step:
    """A request that was made, and what was learned from its answer: shell variable by the jq path to its value."""

    ask: Ask
    learned: Mapping[str, str] = field(default_factory=dict)


class Sender:
    """Sends requests through the client of each door; raises httpx.HTTPError."""

    def __init__(self, doors: Mapping[str, httpx.AsyncClient]) -> None:
        self._doors = doors

    async def send(self, ask: Ask) -> Told:
        """The answer."""
        headers = dict(ask.headers)
        if ask.token is not None:
            headers["Authorization"] = f"Bearer {ask.token}"
        content = None if ask.body is None else json.dumps(ask.body).encode()
        if content is not None:
            headers.setdefault("Content-Type", "application/json")
        response = await self._doors[ask.door].request(
            ask.method, ask.path, params=dict(ask.query) or None, headers=headers, content=content
        )
        try:
            body = response.json()
        except ValueError:
            body = None
        return Told(status=response.status_code, body=body, text=response.text)


class Transcript:
    """The steps so far. Values that were learned are known by their variables."""

    def __init__(self, steps: Iterable[Step] = (), values: Mapping[str, str] | None = None) -> None:
        self.steps = list(steps)
        self.values: dict[str, str] = dict(values or {})
        """The shell variable by the value that it holds."""

    def __add__(self, other: "Transcript") -> "Transcript":
        """Both, one after the other."""
        return Transcript([*self.steps, *other.steps], self.values | other.values)

    def add(self, ask: Ask, told: Told, **learned: str) -> list[str]:
        """Keep a step; `learned` names variables and the keys of the answer's body. Returns the values, in that order."""
        self.steps.append(Step(ask, {name: f".{key}" for name, key in learned.items()}))
        values = [str(told.body[key]) for key in learned.values()]
        self.values |= dict(zip(values, learned, strict=True))
        return values

    def commands(self, *last: Ask) -> tuple[str, ...]:
        """The steps and then `last` as commands for a shell."""
        lines = []
        for step in self.steps:
            line = self.command(step.ask)
            if len(step.learned) == 1:
                ((name, path),) = step.learned.items()
                line = f"{name}=$({line} | jq -r {path})"
            elif step.learned:
                line = f"answer=$({line}); " + "; ".join(
                    f'{name}=$(jq -r {path} <<<"$answer")' for name, path in step.learned.items()
                )
            lines.append(line)
        return (*lines, *(self.command(each, "-i") for each in last))

    def command(self, ask: Ask, *options: str) -> str:
        """One request as a curl command."""
        words = ["curl", "-s", *options, *(["-X", ask.method] if ask.method != "GET" else [])]
        query = "&".join(f"{name}={value}" for name, value in ask.query.items())
        words.append(f'"${ask.door}"{self._quoted(ask.path + ("?" + query if query else ""))}')
        headers = dict(ask.headers)
        if ask.token is not None:
            headers["Authorization"] = f"Bearer {ask.token}"
        for name, value in headers.items():
            words += ["-H", self._quoted(f"{name}: {value}")]
        if ask.body is not None:
            words += ["-H", shlex.quote("Content-Type: application/json"), "-d", self._quoted(json.dumps(ask.body))]
        return " ".join(words)

    def _quoted(self, text: str) -> str:
        """Quoted for a shell, with known values as variables."""
        parts = [(text, False)]
        for value, name in sorted(self.values.items(), key=lambda item: -len(item[0])):
            parts = [piece for part, known in parts for piece in ([(part, True)] if known else _split(part, value, name))]
        return "".join(f'"${part}"' if known else shlex.quote(part) for part, known in parts if part) or "''"


def _split(text: str, value: str, name: str) -> list[tuple[str, bool]]:
    pieces: list[tuple[str, bool]] = []
    for number, part in enumerate(text.split(value) if value else [text]):
        pieces += [(name, True)] * bool(number) + [(part, False)]
    return pieces
