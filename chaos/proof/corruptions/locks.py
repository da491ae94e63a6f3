"""Locks: holders that do at the masters what only they themselves may be told they may."""

from collections.abc import Callable
from dataclasses import asdict
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed
from typing import Any

from pydantic import JsonValue

from chaos.observations.events import SAGA_POSTPONED
from chaos.observations.locks import LOCK_ATTEMPTS, LOCK_GRANTS, LOCK_STRAYS, AttemptRow, StrayRow, VoteRow
from chaos.observations.orders import PLACE_ORDER
from chaos.proof.lookups import beyond, number
from harness.history import Event, Row
from harness.proof import Draft, Rows, corruptions

SECOND = 10**9
MASTERS = ("redis-lock-1", "redis-lock-2", "redis-lock-3")


def stray(command: str) -> Callable[[Draft, Random], Row | None]:
    """A command of somebody else on the key of a lock that is held."""

    def make(draft: Draft, random: Random) -> Row | None:
        held = [each for each in draft.rows.get(LOCK_GRANTS, ()) if each["set_at"]]
        if not held:
            return None
        row = random.choice(held)
        at_ns, resource, value = number(row, "begin_ns"), str(row["resource"]), str(row["value"])
        return asdict(StrayRow(MASTERS[0], at_ns, command, resource, "order-9:0", value, 3 * SECOND))

    return make


def voted(**values: JsonValue) -> Callable[[Draft, Row], list[JsonValue]]:
    """The votes of an attempt with other fields."""
    return lambda _draft, row: [{**vote, **values} for vote in _votes(row)]


def was_set(_draft: Draft, row: Row) -> bool:
    """Attempts that masters agreed to."""
    return any(vote["set_ns"] for vote in _votes(row))


def refused_for_good(draft: Draft, _random: Random) -> bool:
    """A holder is refused once, every five seconds."""
    rows = draft.rows.get(LOCK_ATTEMPTS, [])
    for turn in range(20):
        at_ns = draft.observed_ns + turn * 5 * SECOND
        asked = tuple(VoteRow(master, asked_ns=at_ns, met="order-8:0", released_ns=at_ns) for master in MASTERS)
        rows.append(asdict(AttemptRow(f"order-9:{turn}", "order-9", ("somebody's",), at_ns, (), asked)))
    draft.observed_ns += 110 * SECOND
    return bool(rows)


def never_told(draft: Draft, _random: Random) -> bool:
    """One master is told of no release."""
    return _all(draft, lambda vote: {**vote, "released_ns": None} if vote["master"] == MASTERS[2] else vote)


def not_withdrawn(draft: Draft, _random: Random) -> bool:
    """Attempts of which nobody knows a token are set, and left to their TTL."""
    rows = draft.rows.get(LOCK_ATTEMPTS, [])
    tried = [each for each in rows if was_set(draft, each)]
    left: list[Row] = [
        {**each, "value": f"{each['value']}0", "votes": [_left(vote) for vote in _votes(each)]} for each in tried
    ]
    draft.rows[LOCK_ATTEMPTS] = [*rows, *left]
    return len(left) >= 3


def tried_in_vain(draft: Draft, _random: Random) -> bool:
    """A holder tries for ten seconds to get what nobody holds."""
    rows = draft.rows.get(LOCK_ATTEMPTS, [])
    if not rows:
        return False
    for turn in range(21):
        at_ns = draft.observed_ns + turn * SECOND // 2
        asked = tuple(VoteRow(master, asked_ns=at_ns, released_ns=at_ns) for master in MASTERS)
        rows.append(asdict(AttemptRow(f"order-9:{turn}", "order-9", ("nobody's",), at_ns, (), asked)))
    draft.observed_ns += 12 * SECOND
    return True


def put_off_at_once(draft: Draft, _random: Random) -> bool:
    """Orders are put off as soon as they are sent."""
    placed = [each for each in draft.operations if each.name == PLACE_ORDER and each.output.get("id")]
    for operation in placed:
        told: Row = {"kind": "place", "state": "RUNNING", "step": 0, "attempts": 1}
        at_ns = operation.invoked_ns + SECOND // 10
        draft.events.append(Event(time_ns=at_ns, event=SAGA_POSTPONED, subject=str(operation.output["id"]), detail=told))
    return len(placed) >= 5


def _all(draft: Draft, change: Callable[[Row], Row]) -> bool:
    rows = draft.rows.get(LOCK_ATTEMPTS, [])
    draft.rows[LOCK_ATTEMPTS] = [{**row, "votes": [{**change(_soon(vote))} for vote in _votes(row)]} for row in rows]
    return len(rows) >= 3


def _left(vote: Row) -> dict[str, JsonValue]:
    return {**_soon(vote), "released_ns": None}


def _soon(vote: Row) -> Row:
    """With a TTL of a second, so that it runs out before the history ends."""
    return {**vote, "until_ns": number(vote, "set_ns") + SECOND} if vote["set_ns"] else vote


def _votes(row: Row) -> list[Any]:
    found = row["votes"]
    return [*found] if isinstance(found, list | tuple) else []


CORRUPTIONS = corruptions(
    "lock_protocol_kept",
    {
        "a lock was deleted that another held": Rows(LOCK_STRAYS).add(stray("DEL")),
        "a lock was set that another held": Rows(LOCK_STRAYS).add(stray("SET")),
        "a lock was extended that another held": Rows(LOCK_STRAYS).add(stray("PEXPIRE")),
        "a lock was asked for without an end": Rows(LOCK_ATTEMPTS).change(ttls_ms=[0]),
        "a lock was asked for ten times as long": Rows(LOCK_ATTEMPTS).change(ttls_ms=[80_000]),
        "one value was used for two attempts": Rows(LOCK_ATTEMPTS).change(votes=voted(sets=2)),
        "a token was drawn before the lock was granted": Rows(LOCK_GRANTS).change(granted_ns=beyond("drawn_ns", SECOND)),
        "a release deleted some of the keys only": Rows(LOCK_ATTEMPTS, was_set).change(votes=voted(kept=1)),
        "a lock was taken in part": Rows(LOCK_ATTEMPTS, was_set).change(votes=voted(met="order-9:0")),
        "whoever is refused does not try again": refused_for_good,
        "one master is never told of a release": never_told,
        "what was not granted is not withdrawn": not_withdrawn,
        "a lock that nobody holds is not granted": tried_in_vain,
        "whoever is refused gives up at once": put_off_at_once,
    },
    calm=True,
)
