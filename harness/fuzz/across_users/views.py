"""What the rightful people see of their things: read before and after what had to be refused, so that an effect shows.

The views are the document's own reads: of each of the things, and of lists those rows that name one or carry the scene's mark.
"""

import json
from typing import Any

from harness.fuzz.across_users.document import Document, Operation
from harness.fuzz.across_users.requests import Ask, Sender
from harness.fuzz.across_users.scene import Director, Scene, UnknownKindError
from harness.fuzz.across_users.world import Audience, Kind, World

View = dict[str, str]
"""What a read answered, by request and reader."""


class Views:
    """The reads of a document."""

    def __init__(self, world: World, document: Document, director: Director) -> None:
        self._world = world
        self._sender: Sender = world.sender
        self._director = director
        self._reads = [each for each in document.operations() if each.reads and each.answers]
        self._kinds: dict[str, Kind] = {kind.name: kind for kind in world.kinds.values()}

    async def of(self, scene: Scene) -> View:
        """What is seen now."""
        return {f"{who}: {ask.told}": await self._seen(ask, scene) for who, ask in self._asks(scene)}

    def _asks(self, scene: Scene) -> list[tuple[str, Ask]]:
        asks = []
        for read in self._reads:
            audience = self._world.audience(read.name)
            if audience is Audience.ANYBODY and not scene.mine and scene.operation.body is None:
                continue
            try:
                kinds = self._director.kinds(read)
            except UnknownKindError:
                continue
            if not set(kinds) <= set(scene.mine):
                continue
            reading = Scene(read, audience, scene.owner, scene.stranger, scene.staff, scene.mine, scene.theirs, scene.mark)
            for who, person, things in (
                ("staff", scene.staff, scene.mine),
                ("owner", scene.owner, scene.mine),
                ("stranger", scene.stranger, scene.theirs),
            ):
                if (who == "staff") != (audience is not Audience.OWNER):
                    continue
                ask = self._director.ask(reading, person.token, things)
                asks.append((who, ask.to(query={**ask.query, **_narrowed(read, scene)})))
        return asks

    async def _seen(self, ask: Ask, scene: Scene) -> str:
        told = await self._sender.send(ask)
        words = (*scene.mine.values(), *scene.theirs.values(), scene.mark)
        return json.dumps([told.status, _ours(_without(told.body, self._world.outcome_properties), words)], sort_keys=True)


def _without(body: Any, notes: frozenset[str]) -> Any:
    """The body without these properties, at any depth."""
    if isinstance(body, list):
        return [_without(each, notes) for each in body]
    if isinstance(body, dict):
        return {name: _without(each, notes) for name, each in body.items() if name not in notes}
    return body


def _narrowed(read: Operation, scene: Scene) -> dict[str, str]:
    """Query parameters that find what a body of the scene would have made, such as ?name=."""
    body = scene.operation.body
    named = read.query & body.keys() if isinstance(body, dict) else frozenset()
    return {name: scene.mark for name in named if isinstance(body[name], str)}


def _ours(body: Any, words: tuple[str, ...]) -> Any:
    """The body without the rows of others, and without what counts them."""
    if isinstance(body, list):
        return [each for each in body if any(word in json.dumps(each) for word in words)]
    if isinstance(body, dict) and any(isinstance(each, list) for each in body.values()):
        rows = any(isinstance(each, dict) for value in body.values() if isinstance(value, list) for each in value)
        kept = {name: _ours(each, words) for name, each in body.items() if isinstance(each, list | dict)}
        return kept if rows else {name: each for name, each in body.items() if not isinstance(each, int)}
    return body
