"""A scene: the people and things that one operation is tried with, and its requests in each of their names.

The owner has a thing of every kind that the operation names, and so has the stranger. Texts in bodies get a mark of the scene,
so that an effect can be told from what others do to the system at the same time.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.fuzz.across_users.document import Document, Operation, Schema, Slot
from harness.fuzz.across_users.requests import Ask, Transcript
from harness.fuzz.across_users.world import Audience, Person, World

Things = Mapping[str, str]
"""The id of a thing by its kind."""


class UnknownKindError(Exception):
    """An operation names a thing of which the system does not say what kind it is."""


@dataclass
class Scene:
    """`mine` are the owner's things, `theirs` the stranger's; `body` is the operation's, without the ids of things."""

    operation: Operation
    audience: Audience
    owner: Person
    stranger: Person
    staff: Person
    mine: Things
    theirs: Things
    mark: str
    body: Any = None
    transcript: Transcript = field(default_factory=Transcript)

    @property
    def rightful(self) -> Person:
        """Who may do it: the owner of the things, or staff."""
        return self.staff if self.audience is Audience.STAFF else self.owner

    @property
    def private(self) -> tuple[str, ...]:
        """Texts that nobody but the rightful person may read."""
        return tuple(dict.fromkeys((*self.rightful.private, *self.owner.private)))

    def told(self, *asks: Ask) -> tuple[str, ...]:
        """The whole scene as commands, ending with these requests."""
        people = self.staff.transcript + self.owner.transcript + self.stranger.transcript
        return (people + self.transcript).commands(*asks)


class Director:
    """Makes scenes, one after the other; people are kept while their tokens are good."""

    def __init__(self, world: World, document: Document, name: str) -> None:
        """`name` is unique to the run; people and marks are named with it."""
        self._world = world
        self._document = document
        self._name = name
        self._people: dict[str, Person] = {}
        self._number = 0

    async def scene(self, operation: Operation) -> Scene:
        """A scene with new things. Raises NotMade, UnknownKindError."""
        self._number += 1
        mark = f"{self._name}-{self._number}"
        owner, stranger = await self._person("owner"), await self._person("stranger")
        staff = await self._person("staff", staff=True)
        transcript = Transcript()
        audience = self._world.audience(operation.name)
        body = marked(json.loads(json.dumps(operation.body)), operation.body_schema, mark, self._document)
        body = await self._world.fill(operation.name, body, staff if audience is Audience.STAFF else owner)
        scene = Scene(operation, audience, owner, stranger, staff, {}, {}, mark, body, transcript)
        for whose, person in (("owner", owner), ("stranger", stranger)):
            made: dict[str, str] = {}
            for kind in self.kinds(operation):
                variable = f"{whose}_{kind}".replace("-", "_")
                made[kind] = await self._world.make(kind, person, made, transcript, variable)
            if whose == "owner":
                scene.mine = made
            else:
                scene.theirs = made
        return scene

    def kinds(self, operation: Operation) -> list[str]:
        """The kinds of things that an operation names. Raises UnknownKindError."""
        return list(dict.fromkeys(self._kind(slot) for slot in operation.slots))

    def ask(self, scene: Scene, token: str | None, things: Things) -> Ask:
        """The operation of a scene, with this token, on these things."""
        operation = scene.operation
        body = json.loads(json.dumps(scene.body))
        path, query = operation.path, {}
        for slot in operation.slots:
            value = things[self._kind(slot)]
            if slot.where == "path":
                path = path.replace("{" + slot.name + "}", value)
            elif slot.where == "query":
                query[slot.name] = value
            else:
                _put(body, slot.path, value)
        headers = {
            name: f"{scene.mark}-{self._count()}" if name.lower() in self._world.fresh else value
            for name, value in operation.headers.items()
        }
        return Ask(method=operation.method, path=path, query=query, headers=headers, body=body, token=token)

    def _kind(self, slot: Slot) -> str:
        if slot.name not in self._world.kinds:
            raise UnknownKindError(f"what does {slot.name} ({slot.where}) name? Nothing says how to make one")
        return self._world.kinds[slot.name].name

    def _count(self) -> int:
        self._number += 1
        return self._number

    async def _person(self, role: str, *, staff: bool = False) -> Person:
        kept = self._people.get(role)
        if kept is None or not await self._world.valid(kept):
            kept = self._people[role] = await self._world.person(f"{role}-{self._name}-{self._count()}", staff=staff)
        return kept


def marked(value: Any, schema: Schema, mark: str, document: Document) -> Any:
    """A body in which every text that may be longer ends in the mark."""
    schema = document.resolved(schema)
    if isinstance(value, dict):
        known = schema.get("properties", {})
        return {name: marked(each, known.get(name, {"format": "?"}), mark, document) for name, each in value.items()}
    if isinstance(value, list):
        return [marked(each, schema.get("items", {"format": "?"}), mark, document) for each in value]
    if not isinstance(value, str):
        return value
    branches = [document.resolved(each) for each in (schema, *schema.get("anyOf", ()))]
    fits = next(
        (each for each in branches if each.get("type") == "string" and not {"format", "enum", "const"} & each.keys()), None
    )
    if fits is None:
        return value
    longer = f"{value} {mark}"
    short = len(longer) <= fits.get("maxLength", 1000)
    return longer if short and re.search(fits.get("pattern", ""), longer) else value


def _put(body: Any, path: Iterable[str | int], value: str) -> None:
    *way, last = path
    for step in way:
        body = body[step]
    body[last] = value
