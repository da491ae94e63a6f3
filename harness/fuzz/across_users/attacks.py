"""Who is sent, with which token, to which things: everybody who must be refused the operation of a scene."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from harness.fuzz.across_users.impostors import forged
from harness.fuzz.across_users.requests import Ask
from harness.fuzz.across_users.scene import Director, Scene, Things
from harness.fuzz.across_users.world import Audience, Kind


class Refusal(StrEnum):
    """How an attack has to be refused."""

    UNKNOWN_CALLER = "401"
    FORBIDDEN = "403 or 404"
    AS_ABSENT = "as for an id that never was"
    ANY = "any 4xx"


@dataclass(frozen=True)
class Attack:
    """A request that must be refused; `who` says whose it is and what is wrong with it. `absent` is its twin at nothing."""

    who: str
    ask: Ask
    refusal: Refusal
    absent: Ask | None = None
    by_rightful: bool = False


def attacks(scene: Scene, director: Director, kinds: dict[str, Kind], signing_key: str) -> list[Attack]:
    """Every attack on the operation of a scene, always in the same order."""
    if scene.audience is Audience.ANYBODY:
        return []
    return [*_by_token(scene, director, signing_key), *_by_strangers(scene, director, kinds), *_by_assignment(scene, director)]


def _by_token(scene: Scene, director: Director, signing_key: str) -> Iterator[Attack]:
    person = scene.rightful
    ask = director.ask(scene, None, scene.mine)
    yield Attack("nobody", ask, Refusal.UNKNOWN_CALLER)
    yield Attack(
        "nobody, the token in the query", ask.to(query={**ask.query, "access_token": person.token}), Refusal.UNKNOWN_CALLER
    )
    yield Attack("nobody, the token as another scheme", _with(ask, f"Token {person.token}"), Refusal.UNKNOWN_CALLER)
    tokens = {f"outdated: {why}": token for why, token in person.outdated.items()}
    tokens |= {"the refresh token": person.refresh_token, **forged(person.token, signing_key)}
    for who, token in tokens.items():
        yield Attack(
            f"{person.name.partition('-')[0]} with {who}", director.ask(scene, token, scene.mine), Refusal.UNKNOWN_CALLER
        )


def _by_strangers(scene: Scene, director: Director, kinds: dict[str, Kind]) -> Iterator[Attack]:
    if scene.audience is Audience.STAFF:
        for whose, person in (("the owner, who is no staff", scene.owner), ("a stranger", scene.stranger)):
            ask = director.ask(scene, person.token, scene.mine)
            yield Attack(whose, ask, Refusal.FORBIDDEN)
            yield Attack(
                f"{whose}, claiming to be staff in headers", _claiming(ask, scene.staff.id, "ADMIN"), Refusal.FORBIDDEN
            )
        return
    owned = [kind for kind in scene.mine if kinds[kind].owned]
    for size in range(1, len(owned) + 1):
        for taken in combinations(owned, size):
            things = {**scene.theirs, **{kind: scene.mine[kind] for kind in taken}}
            absent = {**scene.theirs, **{kind: never(scene.mine[kind], scene.mark) for kind in taken}}
            said = "a stranger, at another's " + " and ".join(taken)
            ask = director.ask(scene, scene.stranger.token, things)
            hidden = all(kinds[kind].hidden for kind in taken)
            twin = director.ask(scene, scene.stranger.token, absent) if hidden else None
            yield Attack(said, ask, Refusal.AS_ABSENT if hidden else Refusal.ANY, twin)
            yield Attack(f"{said}, claiming to be the owner in headers", _claiming(ask, scene.owner.id, "USER"), Refusal.ANY)


def _by_assignment(scene: Scene, director: Director) -> Iterator[Attack]:
    """The rightful person adds properties that are not the client's to set (mass assignment)."""
    body = scene.operation.body
    if not isinstance(body, dict) or scene.operation.body_schema.get("additionalProperties") is not False:
        return
    for name, value in _ASSIGNED.items():
        if name not in scene.operation.body_schema.get("properties", {}):
            given = scene.stranger.id if value is None else value
            ask = director.ask(scene, scene.rightful.token, scene.mine)
            yield Attack(
                f"the rightful one, adding {name}", ask.to(body={**ask.body, name: given}), Refusal.ANY, by_rightful=True
            )


_ASSIGNED = {"id": None, "user_id": None, "role": "ADMIN", "status": "PAID", "version": 1}
"""Properties that are often taken from a client by mistake; None: the id of another."""


def never(identifier: str, mark: str) -> str:
    """An id of the same form that was never given out: its digits are turned by the mark's."""
    turned = sum(map(ord, mark)) % 9 + 1
    digits = "0123456789"
    return "".join(digits[(digits.index(each) + turned) % 10] if each in digits else each for each in identifier)


def _with(ask: Ask, authorization: str) -> Ask:
    return ask.to(headers={**ask.headers, "Authorization": authorization})


def _claiming(ask: Ask, user_id: str, role: str) -> Ask:
    claims = {"X-User-Id": user_id, "X-Forwarded-User": user_id, "X-Role": role, "X-Original-Method": "GET"}
    return ask.to(headers={**ask.headers, **claims})


def is_refused(attack: Attack, status: int) -> bool:
    """Whether a status is a refusal of the kind that the attack needs."""
    match attack.refusal:
        case Refusal.UNKNOWN_CALLER:
            return status == 401
        case Refusal.FORBIDDEN:
            return status in (403, 404)
        case _:
            return 400 <= status < 500


__all__ = ["Attack", "Refusal", "Things", "attacks", "is_refused", "never"]
