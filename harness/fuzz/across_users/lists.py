"""Lists show their caller's rows alone: one with things of his own, asked in every way that the document offers."""

import json
from typing import Any

from harness.fuzz.across_users.document import Document, Operation
from harness.fuzz.across_users.requests import Ask, Told
from harness.fuzz.across_users.scene import Director, Scene
from harness.fuzz.across_users.world import Audience, World
from harness.fuzz.finding import Finding
from harness.fuzz.fuzzing import Fuzzing

CURSORS = ("cursor", "page_token", "after", "offset")
LIMITS = ("limit", "page_size", "per_page")
MOST_PAGES = 50


class Lists:
    """The lists of a document that are somebody's own."""

    def __init__(self, world: World, document: Document, director: Director, fuzzing: Fuzzing) -> None:
        self._world = world
        self._director = director
        self._fuzzing = fuzzing
        self._operations = document.operations()
        self._document = document

    def found(self) -> list[Operation]:
        """Operations that answer with rows, and are for owners alone."""
        return [
            each
            for each in self._operations
            if each.reads and self._world.audience(each.name) is Audience.OWNER and self._rows_of(each) is not None
        ]

    async def examine(self, operation: Operation) -> None:
        """The owner and the stranger each see all of theirs and nothing of the other's, also with the other's cursor.

        Raises NotMade, httpx.HTTPError.
        """
        scene = await self._director.scene(operation)
        kinds = sorted({kind.name for kind in self._world.kinds.values() if kind.owned})
        mine = [
            await self._world.make(kind, scene.owner, {}, scene.transcript, f"owner_{kind}_{n}")
            for kind in kinds
            for n in (1, 2)
        ]
        theirs = [await self._world.make(kind, scene.stranger, {}, scene.transcript, f"stranger_{kind}_1") for kind in kinds]
        limits = {name: "1" for name in LIMITS if name in operation.query}
        cursor_of: dict[str, str] = {}
        for who, token, others in (("owner", scene.owner.token, theirs), ("stranger", scene.stranger.token, mine)):
            ask, shown = self._director.ask(scene, token, scene.mine).to(query=limits), []
            for _ in range(MOST_PAGES):
                told = await self._asked(operation, ask, scene, who, others)
                shown += self._rows(told)
                following = _cursor(told)
                if following is None:
                    break
                cursor_of.setdefault(who, following[1])
                ask = ask.to(query=limits | {following[0]: following[1]})
            if not any(word in json.dumps(shown) for word in (mine if who == "owner" else theirs)):
                self._fuzzing.gap(operation.name, f"the {who} saw none of his own rows: the list proves nothing")
        for name in set(CURSORS) & operation.query:
            if "owner" in cursor_of:
                ask = self._director.ask(scene, scene.stranger.token, scene.mine).to(query=limits | {name: cursor_of["owner"]})
                await self._asked(operation, ask, scene, "stranger with the owner's cursor", mine)

    async def _asked(self, operation: Operation, ask: Ask, scene: Scene, who: str, others: list[str]) -> Told:
        told = await self._world.sender.send(ask)
        self._fuzzing.tried(operation.name, f"{told.status} listed")
        foreign = [word for word in others if word in told.text]
        if told.ok and foreign:

            async def once_more() -> bool:
                text = (await self._world.sender.send(ask)).text
                return any(word in text for word in others)

            message = f"{who} was shown rows of another: {', '.join(foreign)}"
            finding = Finding("across_users", "foreign_row", operation.name, message, scene.told(ask))
            await self._fuzzing.repeat(finding, once_more)
        return told

    def _rows(self, told: Told) -> list[Any]:
        body = told.body if isinstance(told.body, dict) else {"items": told.body}
        return [row for each in body.values() if isinstance(each, list) for row in each]

    def _rows_of(self, operation: Operation) -> object:
        """The schema of the rows that an operation answers with; None when it answers with no list."""
        schema = self._document.resolved(operation.answers.get("200", {}))
        if schema.get("type") == "array":
            return schema.get("items", {})
        if any(slot.where == "path" for slot in operation.slots):
            return None
        return next((each for each in schema.get("properties", {}).values() if each.get("type") == "array"), None)


def _cursor(told: Told) -> tuple[str, str] | None:
    """The parameter for the next page, and its value."""
    if not isinstance(told.body, dict):
        return None
    for name in CURSORS:
        if value := told.body.get(f"next_{name}"):
            return name, str(value)
    return None
