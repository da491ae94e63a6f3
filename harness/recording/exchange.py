"""What is kept of a request and its answer: wanted headers, the deadline, digests of long bodies, and no secrets."""

import hashlib
import re
import time
from collections.abc import Mapping, Set
from dataclasses import dataclass, field

import pydantic_core
from pydantic import JsonValue

from harness.history import Exchange, Row

WANTED: Set[str] = frozenset({"retry-after", "location", "grpc-retry-pushback-ms"})
"""Headers (gRPC: metadata) of an answer that are recorded by default."""

DIGESTED = 1024
"""Length in bytes from which a body is digested. A shorter one is recorded itself, if it is JSON."""

KEPT = 1 << 20
"""Length in bytes up to which the body of an answer is recorded as output; of a longer one only its digest is."""

SHOWN = 200
"""Characters that are kept of an answer that is no JSON object."""

SECRET = re.compile(r"(.*_)?(token|password|secret)")
"""Names of fields whose values are never recorded."""


def without_secrets(row: Row) -> dict[str, JsonValue]:
    """A row without the fields that hold secrets, at any depth."""
    return {name: _cleaned(value) for name, value in row.items() if not SECRET.fullmatch(name)}


def _cleaned(value: JsonValue) -> JsonValue:
    if isinstance(value, dict):
        return without_secrets(value)
    return [_cleaned(each) for each in value] if isinstance(value, list) else value


def json_object(body: bytes, text: str) -> dict[str, JsonValue]:
    """The JSON object that a body is; {} when empty, the beginning of its text under "text" when it is none."""
    if not body:
        return {}
    try:
        value = pydantic_core.from_json(body)
    except ValueError:
        value = None
    return value if isinstance(value, dict) else {"text": text[:SHOWN]}


class Digest:
    """Length and SHA-256 of bytes in chunks."""

    def __init__(self) -> None:
        self.length = 0
        self._sha = hashlib.sha256()

    def add(self, piece: bytes) -> None:
        """Add a chunk."""
        self.length += len(piece)
        self._sha.update(piece)

    @property
    def sha256(self) -> str:
        """The digest in hex; "" below DIGESTED bytes."""
        return self._sha.hexdigest() if self.length >= DIGESTED else ""


@dataclass
class Observed:
    """An exchange while it is under way. `request_body` is None when its bytes are not known before they are sent."""

    request: str
    request_body: bytes | None
    deadline_s: float | None
    headers: dict[str, str] = field(default_factory=dict)
    code: str = ""
    response: Digest = field(default_factory=Digest)
    begun_s: float = field(default_factory=time.monotonic)

    def answered(self, headers: Mapping[str, str], wanted: Set[str]) -> None:
        """Keep the wanted headers of the answer."""
        self.headers |= {name.lower(): value for name, value in headers.items() if name.lower() in wanted}

    def ended(self) -> Exchange:
        """The exchange to record, at its end."""
        took_s = time.monotonic() - self.begun_s
        late_s = took_s - self.deadline_s if self.deadline_s is not None else 0.0
        sent = Digest()
        sent.add(self.request_body or b"")
        return Exchange(
            request=self.request,
            code=self.code,
            headers=self.headers,
            deadline_s=self.deadline_s,
            late_s=round(late_s, 6) if late_s > 0 else None,
            request_bytes=None if self.request_body is None else sent.length,
            request_sha256=sent.sha256,
            response_bytes=self.response.length,
            response_sha256=self.response.sha256,
        )
