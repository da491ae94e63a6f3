"""Requests that an API must refuse, one for each operation and declared status, derived from its OpenAPI document.

They reach what generated input reaches by luck or never: a body that is too large, too slow, or declared as something else.
"""

import asyncio
import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from harness.fuzz.reachability import METHODS

JSON = {"content-type": "application/json"}
TOO_MANY_BYTES = 1 << 30
NOBODY, CUSTOMER, ADMIN = "nobody", "customer", "admin"


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """A request of `operation` that has to be answered with `status` when `who` sends it."""

    operation: str
    status: int
    path: str
    who: str
    content: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    repeated: str = ""
    """A header that is sent twice."""

    @property
    def method(self) -> str:
        """The HTTP method."""
        return self.operation.partition(" ")[0]


def derived(openapi: Mapping[str, Any]) -> Iterator[Refusal]:
    """A refusal for each declared 400, 401, 403, 404, 415 and 422 that follows from the form of an operation."""
    for path, item in openapi["paths"].items():
        for method, operation in item.items():
            if method in METHODS:
                declared = {int(status) for status in operation["responses"] if status.isdigit()}
                for made in _of(f"{method.upper()} {path}", path, operation, openapi):
                    if made.status in declared:
                        yield made


def _of(label: str, path: str, operation: Mapping[str, Any], openapi: Mapping[str, Any]) -> Iterator[Refusal]:
    nowhere, example = _filled(path, uuid.UUID(int=0)), _example(operation, openapi)
    headers = {
        each["name"]: str((each.get("examples") or each["schema"].get("examples") or ["x"])[0])
        for each in operation.get("parameters", ())
        if each["in"] == "header" and each.get("required")
    }
    body = json.dumps(example).encode() if example is not None else None
    sent = {**headers, **(JSON if body else {})}
    if "security" in operation:
        yield Refusal(operation=label, status=401, path=nowhere, who=NOBODY, content=body, headers=sent)
        yield Refusal(operation=label, status=403, path=nowhere, who=CUSTOMER, content=body, headers=sent)
        yield Refusal(
            operation=label, status=400, path=nowhere, who=ADMIN, content=body, headers=sent, repeated="Authorization"
        )
    if "{" in path:
        yield Refusal(operation=label, status=404, path=nowhere, who=ADMIN, content=body, headers=sent)
        yield Refusal(operation=label, status=422, path=_filled(path, "x"), who=ADMIN, content=body, headers=sent)
    elif body is None:
        yield Refusal(operation=label, status=422, path=f"{path}?nothing-of-that-name=1", who=ADMIN)
    if body is not None:
        other = {**sent, "content-type": "text/plain"}
        yield Refusal(operation=label, status=422, path=nowhere, who=ADMIN, content=b"[]", headers=sent)
        yield Refusal(operation=label, status=400, path=nowhere, who=ADMIN, content=b"{", headers=sent)
        yield Refusal(operation=label, status=415, path=nowhere, who=ADMIN, content=body, headers=other)


async def announced(url: str, operation: str, length: int, timeout_s: float) -> int:
    """Announce a body of `length` bytes and never send it: the status of the answer, 408 or 413.

    Raises TimeoutError, OSError, and IndexError or ValueError for an answer that is no HTTP.
    """
    method, path = operation.split(" ", 1)
    target = urlsplit(url)
    async with asyncio.timeout(timeout_s):
        reader, writer = await asyncio.open_connection(target.hostname, target.port)
        head = f"{method} {_filled(path, uuid.UUID(int=0))} HTTP/1.1\r\nHost: {target.netloc}\r\n"
        writer.write(f"{head}Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n".encode())
        await writer.drain()
        try:
            return int((await reader.readline()).split()[1])
        finally:
            writer.close()


def _filled(path: str, value: object) -> str:
    return "/".join(str(value) if part.startswith("{") else part for part in path.split("/"))


def _example(operation: Mapping[str, Any], openapi: Mapping[str, Any]) -> object:
    """A body from the document's own examples; None when the operation takes none."""
    for media in operation.get("requestBody", {}).get("content", {}).values():
        return _resolved(media["schema"], openapi)["examples"][0]
    return None


def _resolved(schema: Mapping[str, Any], openapi: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a schema refers to; of a body that may be left out, the one that it has when it is there."""
    wanted = next((each for each in schema.get("anyOf", ()) if each.get("type") != "null"), schema)
    if not (reference := wanted.get("$ref", "")).startswith("#/"):
        return wanted
    found: Mapping[str, Any] = openapi
    for step in reference[2:].split("/"):
        found = found[step]
    return found
