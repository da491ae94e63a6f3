"""A small system with notes that belong to people, and bugs that can be switched on, one at a time."""

import itertools
import json
from collections.abc import Mapping
from typing import Any

import httpx
import jwt

from harness.fuzz.across_users.requests import Ask, Sender, Transcript
from harness.fuzz.across_users.world import Audience, Kind, NotMade, Person

KEY = "a-key-of-the-notebook-that-is-long-enough-for-any-hmac-also-of-sha-512"
NOTE = {
    "type": "object",
    "properties": {"id": {"type": "string"}, "text": {"type": "string"}},
    "required": ["id", "text"],
}
NEW = {
    "type": "object",
    "properties": {"text": {"type": "string", "minLength": 1}},
    "additionalProperties": False,
    "required": ["text"],
}
PROBLEM = {"type": "object", "additionalProperties": True}


def described(ok: str, schema: Mapping[str, Any] | None, **more: Any) -> dict[str, Any]:
    answers: dict[str, Any] = {
        status: {"content": {"application/problem+json": {"schema": PROBLEM}}} for status in ("401", "403", "404", "422")
    }
    answers[ok] = {"content": {"application/json": {"schema": schema}}} if schema else {}
    return {"responses": answers, "security": [{"bearer": []}], **more}


def document(**paths: Any) -> dict[str, Any]:
    named = [{"in": "path", "name": "note_id", "required": True, "schema": {"type": "string"}}]
    body = {"content": {"application/json": {"schema": NEW}}}
    listed = {"type": "object", "properties": {"items": {"type": "array", "items": NOTE}}}
    return {
        "paths": {
            "/notes": {"get": described("200", listed), "post": described("201", NOTE, requestBody=body)},
            "/notes/{note_id}": {
                "get": described("200", NOTE, parameters=named),
                "delete": described("204", None, parameters=named),
            },
            "/audit": {"get": described("200", {"type": "object", "additionalProperties": True})},
            **paths,
        }
    }


class Notebook:
    """The system and its World in one. `bug` names what is wrong with it, one or several."""

    kinds: Mapping[str, Kind] = {"note_id": Kind("note", owned=True, hidden=True)}
    fresh: frozenset[str] = frozenset()
    outcome_properties: frozenset[str] = frozenset()
    signing_key = KEY

    def __init__(self, bug: str = "", paths: Mapping[str, Any] | None = None) -> None:
        self.bug = bug
        self.notes: dict[str, tuple[str, str]] = {}
        self._paths = paths or {}
        self._numbers = itertools.count(100_000)
        client = httpx.AsyncClient(transport=httpx.MockTransport(self._answer), base_url="http://notebook", trust_env=False)
        self.sender = Sender({"GATEWAY": client})

    # -- the World ---------------------------------------------------------------------------------------------------

    def audience(self, operation: str) -> Audience:
        return Audience.STAFF if "/audit" in operation else Audience.OWNER

    async def document(self) -> Mapping[str, object]:
        return document(**self._paths)

    async def person(self, name: str, *, staff: bool) -> Person:
        return Person(
            name=name,
            id=name,
            token=token(name, staff=staff),
            refresh_token=token(name, typ="refresh"),
            private=(f"secret of {name}",),
            outdated={"before a change": token(name, staff=staff, ver=0)},
            transcript=Transcript(),
        )

    async def valid(self, person: Person) -> bool:
        return True

    async def make(self, kind: str, owner: Person, beside: Mapping[str, str], transcript: Transcript, variable: str) -> str:
        ask = Ask(method="POST", path="/notes", body={"text": f"secret of {owner.name}"}, token=owner.token)
        told = await self.sender.send(ask)
        if not told.ok:
            raise NotMade(told.text)
        (made,) = transcript.add(ask, told, **{variable: "id"})
        return made

    async def fill(self, operation: str, body: Any, person: Person) -> Any:
        return body

    # -- the system --------------------------------------------------------------------------------------------------

    def _answer(self, request: httpx.Request) -> httpx.Response:
        caller = self._caller(request)
        if caller is None:
            return refused(401)
        name, staff = caller
        match request.method, request.url.path.strip("/").split("/"):
            case "GET", ["audit"]:
                return httpx.Response(200, json={"all": "well"}) if staff or "role" in self.bug else refused(403)
            case "GET", ["notes"]:
                rows = [self._shown(note) for note, (owner, _) in self.notes.items() if owner == name or "list" in self.bug]
                return httpx.Response(200, json={"items": rows})
            case "POST", ["notes"]:
                return self._write(name, json.loads(request.content))
            case method, ["notes", note]:
                return self._at(method, note, name)
        return refused(404)

    def _write(self, name: str, body: Mapping[str, Any]) -> httpx.Response:
        if body.keys() - {"text"} and "assignment" not in self.bug:
            return refused(422)
        note = f"note-{next(self._numbers)}"
        self.notes[note] = (str(body.get("user_id", name)), str(body["text"]))
        return httpx.Response(201, json=self._shown(note))

    def _at(self, method: str, note: str, name: str) -> httpx.Response:
        owner = self.notes[note][0] if note in self.notes else None
        if owner is None:
            return refused(404)
        if owner != name and "owner" not in self.bug:
            if method == "DELETE" and "effect" in self.bug:
                del self.notes[note]
            if "leak" in self.bug:
                return refused(404, text=self.notes[note][1])
            return refused(403 if "tells" in self.bug else 404)
        if method == "DELETE":
            del self.notes[note]
            return httpx.Response(204)
        return httpx.Response(200, json=self._shown(note))

    def _shown(self, note: str) -> dict[str, str]:
        more = {"owner": self.notes[note][0]} if "property" in self.bug else {}
        return {"id": note, "text": self.notes[note][1], **more}

    def _caller(self, request: httpx.Request) -> tuple[str, bool] | None:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer":
            return None
        checks: dict[str, Any] = {} if "issuer" in self.bug else {"issuer": "notebook"}
        try:
            claims = jwt.decode(
                given,
                KEY,
                ["HS256"],
                audience="notes",
                options={
                    "require": ["exp"] if "issuer" in self.bug else ["exp", "iss"],
                    "verify_signature": "signature" not in self.bug,
                },
                **checks,
            )
        except jwt.InvalidTokenError:
            return None
        if (claims["typ"] != "access" and "refresh" not in self.bug) or (claims["ver"] != 1 and "outdated" not in self.bug):
            return None
        return claims["sub"], claims["role"] == "ADMIN"


def token(name: str, *, staff: bool = False, typ: str = "access", ver: int = 1) -> str:
    claims = {"iss": "notebook", "aud": "notes", "sub": name, "exp": 4_000_000_000, "typ": typ, "ver": ver}
    return jwt.encode({**claims, "role": "ADMIN" if staff else "USER"}, KEY, "HS256")


def refused(status: int, **facts: str) -> httpx.Response:
    return httpx.Response(status, json={"code": str(status), **facts})
