"""Requests as data, with names in place of what only an answer tells (ids, tokens): they can be sent again elsewhere.

`{name}` in a path, header or body stands for a value; `captures` says which field of the answer gives a name its value.
"""

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

NAMED = re.compile(r"\{([a-z][\w.-]*)\}")
_NOWHERE = uuid.UUID(int=0)


@dataclass(frozen=True)
class Request:
    """`base` names the server it goes to, `client` who sends it, after waiting `pause_s` seconds."""

    client: str
    method: str
    path: str
    body: JsonValue = None
    headers: Mapping[str, str] = field(default_factory=dict)
    captures: Mapping[str, str] = field(default_factory=dict)
    base: str = "gateway"
    pause_s: float = 0.0

    @property
    def operation(self) -> str:
        """Method and path without names and query, e.g. `GET /orders/{id}`."""
        return f"{self.method} {NAMED.sub('{id}', self.path.partition('?')[0])}"


@dataclass(frozen=True)
class Exchange:
    """A request and how it was answered; `status` 0: not at all. `said` is the beginning of the answer."""

    request: Request
    status: int
    said: str = ""


Together = tuple[tuple[Exchange, ...], ...]
"""What clients did at once: one sequence for each client."""


class Values:
    """The values of names. A name without one stands for a UUID that nothing has, the same one whenever it is used."""

    def __init__(self, known: Mapping[str, str] | None = None) -> None:
        self._known = dict(known or {})

    def learn(self, name: str, value: str) -> None:
        """Give a name its value; one that has a value keeps it."""
        self._known.setdefault(name, value)

    def branch(self) -> "Values":
        """The values as they are now, for one of several clients who act at once: none knows yet what another learns."""
        return Values(self._known)

    def merge(self, branch: "Values") -> None:
        """Learn what a client learned."""
        for name, value in branch._known.items():
            self.learn(name, value)

    def known(self, name: str) -> bool:
        """Whether the name has a value."""
        return name in self._known

    def __getitem__(self, name: str) -> str:
        return self._known.get(name) or str(uuid.uuid5(_NOWHERE, name))

    def fill(self, value: JsonValue) -> JsonValue:
        """`value` with every name in it replaced."""
        match value:
            case str():
                return self.text(value)
            case dict():
                return {key: self.fill(each) for key, each in value.items()}
            case list():
                return [self.fill(each) for each in value]
        return value

    def text(self, value: str) -> str:
        """`value` with every name in it replaced."""
        return NAMED.sub(lambda found: self[found[1]], value)


def length(sequence: Sequence[Together]) -> int:
    """How many requests a sequence has."""
    return sum(len(exchanges) for clients in sequence for exchanges in clients)
