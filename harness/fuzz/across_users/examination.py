"""Tries one operation: every attack must be refused and tell nothing, the rightful person's view must not change, and then the
rightful person's own request must succeed, or the refusals proved nothing.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from harness.fuzz.across_users.attacks import Attack, Refusal, attacks, is_refused
from harness.fuzz.across_users.document import Document, Operation
from harness.fuzz.across_users.requests import Ask, Told
from harness.fuzz.across_users.scene import Director, Scene
from harness.fuzz.across_users.views import View, Views
from harness.fuzz.across_users.world import Audience, World
from harness.fuzz.finding import Finding
from harness.fuzz.fuzzing import Fuzzing

PART = "across_users"
ODD_HEADERS = {
    "Accept": ";;q=,",
    "Accept-Language": "de;q=x,*;q=",
    "Content-Type": 'application/json; charset="',
    "Cookie": "=;=;",
    "Forwarded": 'for="[::1',
    "If-None-Match": '*,"',
    "Range": "bytes=9-1,-",
    "traceparent": "00-zz-zz-99",
    "X-Forwarded-For": "256.1.1.1, ,",
}
"""Malformed values of headers that a server may read or ignore, and must not stumble over (RFC 9110, 7239)."""
SHOWN = 160


@dataclass(frozen=True)
class Seen:
    """Something wrong: the check's id, what was seen, and the requests that showed it."""

    check: str
    message: str
    asks: tuple[Ask, ...]


class Examination:
    """Of the operations of one document, one after the other."""

    def __init__(self, world: World, document: Document, director: Director, fuzzing: Fuzzing) -> None:
        self._world = world
        self._document = document
        self._director = director
        self._fuzzing = fuzzing
        self._views = Views(world, document, director)
        self._kinds = {kind.name: kind for kind in world.kinds.values()}

    async def examine(self, operation: Operation) -> None:
        """Try an operation, and tell the findings. Raises NotMade, UnknownKindError, httpx.HTTPError."""
        audience = self._world.audience(operation.name)
        if audience is not Audience.ANYBODY and not operation.secured:
            await self._tell(
                Seen("not_secured", f"the document demands no token, and it is for {audience} alone", ()), operation
            )
        scene = await self._director.scene(operation)
        before = await self._views.of(scene)
        pending = self._attacks(scene)
        for number in range(len(pending)):
            attack = pending[number]
            if self._fuzzing.over:
                self._fuzzing.gap(operation.name, "the time was up before all impostors had tried")
                return
            told = await self._sent(operation, attack.ask, "refused" if attack.refusal else "")
            wrong = [each async for each in self._judged(attack, told, scene)]
            for each in wrong:
                await self._again(each, operation, scene, number)
            if told.ok and not operation.reads:  # its things are used up
                scene = await self._director.scene(operation)
                before = await self._views.of(scene)
                pending = self._attacks(scene)
        await self._compare(operation, scene, before)
        await self._control(operation, scene)

    async def _compare(self, operation: Operation, scene: Scene, before: View) -> None:
        """Find which refused attack had an effect, if the view has changed."""
        if not changed(before, await self._views.of(scene)):
            return
        for number in range(len(self._attacks(scene))):
            if (seen := await self._effect(operation, number)) is not None:
                self._fuzzing.known(finding := self._finding(seen[0], operation, seen[1]))
                self._fuzzing.found(finding, repeated=True)  # it showed among the others, and now alone
                return
        finding = self._finding(Seen("effect", "after refusals alone, what its owner sees has changed", ()), operation, scene)
        self._fuzzing.found(finding, repeated=False)

    async def _effect(self, operation: Operation, number: int) -> tuple[Seen, Scene] | None:
        scene = await self._director.scene(operation)
        before = await self._views.of(scene)
        attack = self._attacks(scene)[number]
        told = await self._world.sender.send(attack.ask)
        if told.ok or not (what := changed(before, await self._views.of(scene))):
            return None
        return Seen(
            "effect", f"{attack.who} was refused ({told.status}), and yet it had an effect: {what}", (attack.ask,)
        ), scene

    async def _control(self, operation: Operation, scene: Scene) -> None:
        """The rightful request succeeds, and its answer has what the document declares."""
        person = scene.rightful if scene.audience is not Audience.ANYBODY else scene.owner
        ask = self._director.ask(scene, person.token, scene.mine)
        told = await self._sent(operation, ask, "control")
        if told.status in (401, 403) and scene.audience is not Audience.ANYBODY:
            await self._tell(Seen("refused_rightful", f"{person.name} was refused: {_said(told)}", (ask,)), operation, scene)
        elif not told.ok:
            self._fuzzing.gap(operation.name, f"the recipe does not make it succeed: {_said(told)}: {told.text[:SHOWN]}")
        for each in self._undeclared(ask, told, operation):
            await self._tell(each, operation, scene)
        if operation.reads:
            await self._oddly(operation, scene, ask, told)

    async def _oddly(self, operation: Operation, scene: Scene, ask: Ask, usual: Told) -> None:
        """The rightful request with headers that no client of ours sends is answered as without them."""
        odd = ask.to(headers={**ask.headers, **ODD_HEADERS})
        told = await self._sent(operation, odd, "odd headers")

        async def once_more() -> bool:
            return (await self._world.sender.send(odd)).status != usual.status

        if told.status != usual.status:
            message = f"with odd headers it was answered {_said(told)}, without them {_said(usual)}"
            await self._fuzzing.repeat(self._finding(Seen("odd_headers", message, (odd,)), operation, scene), once_more)

    async def _judged(self, attack: Attack, told: Told, scene: Scene) -> AsyncIterator[Seen]:
        asks = (attack.ask,)
        if told.ok:
            yield Seen("accepted", f"{attack.who} was answered {told.status}, and must be refused ({attack.refusal})", asks)
        elif told.status < 500 and not is_refused(attack, told.status):
            yield Seen(
                "wrong_refusal", f"{attack.who} was answered {_said(told)}, and must be refused ({attack.refusal})", asks
            )
        if attack.refusal is Refusal.AS_ABSENT and attack.absent is not None and not told.ok:
            nothing = await self._world.sender.send(attack.absent)
            if (nothing.status, nothing.code) != (told.status, told.code):
                said = f"{attack.who} was answered {_said(told)}, at what never was {_said(nothing)}: it tells that it exists"
                yield Seen("tells_apart", said, (attack.ask, attack.absent))
        if not attack.by_rightful and (leaked := [word for word in scene.private if word in told.text]):
            yield Seen("leak", f"{attack.who} was told what is private: {', '.join(leaked)}", asks)
        for each in self._undeclared(attack.ask, told, scene.operation):
            yield each

    def _undeclared(self, ask: Ask, told: Told, operation: Operation) -> list[Seen]:
        found = []
        if told.status >= 500 and told.status != 503:
            found.append(Seen("server_error", f"answered {_said(told)}", (ask,)))
        declared = operation.answers.get(str(told.status), operation.answers.get("default"))
        if declared is None:
            found.append(Seen("undeclared_status", f"{told.status} is not declared: {_said(told)}", (ask,)))
        elif told.body is not None and (names := list(self._document.undeclared(told.body, declared))):
            found.append(Seen("undeclared_property", f"the answer {told.status} has {', '.join(names)}, not declared", (ask,)))
        return found

    async def _again(self, seen: Seen, operation: Operation, scene: Scene, number: int) -> None:
        """Repeat an attack in a new scene before it is told."""

        async def once_more() -> bool:
            another = await self._director.scene(operation)
            attack = self._attacks(another)[number]
            told = await self._world.sender.send(attack.ask)
            return seen.check in [each.check async for each in self._judged(attack, told, another)]

        await self._fuzzing.repeat(self._finding(seen, operation, scene), once_more)

    async def _tell(self, seen: Seen, operation: Operation, scene: Scene | None = None) -> None:
        """Tell what needs no new scene to be seen again."""

        async def once_more() -> bool:
            if not seen.asks or scene is None:
                return True
            fresh = await self._director.scene(operation)
            ask = self._director.ask(fresh, fresh.rightful.token, fresh.mine)
            told = await self._world.sender.send(ask)
            again = [each.check for each in self._undeclared(ask, told, operation)]
            return seen.check in again or (seen.check == "refused_rightful" and told.status in (401, 403))

        await self._fuzzing.repeat(self._finding(seen, operation, scene), once_more)

    async def _sent(self, operation: Operation, ask: Ask, purpose: str) -> Told:
        told = await self._world.sender.send(ask)
        self._fuzzing.tried(operation.name, f"{told.status} {purpose}".strip())
        return told

    def _attacks(self, scene: Scene) -> list[Attack]:
        return attacks(scene, self._director, self._kinds, self._world.signing_key)

    def _finding(self, seen: Seen, operation: Operation, scene: Scene | None) -> Finding:
        return Finding(PART, seen.check, operation.name, seen.message, scene.told(*seen.asks) if scene is not None else ())


def changed(before: View, after: View) -> str:
    """What differs between two views, as text; "" when nothing does."""
    differing = [
        f"{name}: {before[name][:SHOWN]} → {after.get(name, 'gone')[:SHOWN]}"
        for name in before
        if before[name] != after.get(name)
    ]
    return "; ".join(differing)


def _said(told: Told) -> str:
    return f"{told.status} {told.code}".strip()
