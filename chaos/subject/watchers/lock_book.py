"""Who held which lock from when to when, worked out from the commands that the lock masters executed.

Redlock's scripts (system/common/redlock.py) are told apart by what they are given: value and TTL to acquire and extend, the
value alone to release. A value is used for one attempt, and names who made it: `<holder>:<random>`. A lock is granted when
a quorum of masters has set the same value; from then on its holder believes in it until it releases, or until the TTL has
run out at a quorum.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

from chaos.observations.events import LOCK_EXPIRED, LOCK_GRANTED, LOCK_OVERTAKEN, LOCK_RELEASED
from harness.system.clocks import ClockOffset

PREFIX = "lock:"

SCRIPTS = frozenset({"EVALSHA", "EVAL"})
LOST_NS = 1_000_000_000
"""What a master did in its last second may have remained untold when its connection broke."""

Seen = tuple[str, str, dict[str, JsonValue]]
"""An event, the resource that it is about, and the rest."""


@dataclass(eq=False)
class Claim:
    """One attempt to hold one resource. By master: when it set it, and until when its holder may believe in it there."""

    resource: str
    value: str
    first_ns: int
    set_ns: dict[str, int] = field(default_factory=dict)
    terms_ns: dict[str, int] = field(default_factory=dict)
    granted_ns: int | None = None
    alive_ns: int = 0
    released_ns: int | None = None
    expired: bool = False
    overtaken: bool = False

    @property
    def holder(self) -> str:
        """Who made it."""
        return self.value.rpartition(":")[0]

    def believed_until_ns(self, quorum: int) -> int:
        """When the TTL runs out at a quorum; at all masters that set it, when those are fewer."""
        terms = sorted(self.terms_ns.values(), reverse=True)
        return terms[min(quorum, len(terms)) - 1] if terms else self.first_ns

    def told(self) -> dict[str, JsonValue]:
        """The rest of an event."""
        masters: list[JsonValue] = [*sorted(self.terms_ns)]
        return {"holder": self.holder, "value": self.value, "masters": masters}


@dataclass
class LockBook:
    """What was heard of the locks of some masters since `since_ns`; `blind` are times (ns) in which one was not heard.

    `clocks` are the masters' own, by which their times became times of the history.
    """

    masters: tuple[str, ...] = ()
    since_ns: int = 0
    clocks: Mapping[str, ClockOffset] = field(default_factory=dict)
    claims: dict[tuple[str, str], Claim] = field(default_factory=dict)
    blind: list[tuple[str, int, int]] = field(default_factory=list)
    _current: dict[str, list[Claim]] = field(default_factory=dict)
    _latest: dict[str, Claim] = field(default_factory=dict)
    _speaking: dict[str, str] = field(default_factory=dict)
    _unheard_since_ns: dict[str, int] = field(default_factory=dict)

    @property
    def quorum(self) -> int:
        """The majority of the masters."""
        return len(self.masters) // 2 + 1

    def open(self, masters: Sequence[str], now_ns: int, clocks: Mapping[str, ClockOffset]) -> None:
        """Begin to listen to these masters."""
        self.masters, self.since_ns, self.clocks = tuple(masters), now_ns, clocks

    def sight(self, master: str, at_ns: int, *, well: bool) -> None:
        """A master is heard from now on, or (also: still) not. One that refuses connections cannot have voted either."""
        unheard = self._unheard_since_ns.get(master)
        if well:
            if unheard is not None:
                self.blind.append((master, unheard, at_ns))
            self._unheard_since_ns.pop(master, None)
        else:
            if unheard is None and at_ns > self.since_ns:
                self.blind.append((master, at_ns - LOST_NS, at_ns))
            self._unheard_since_ns[master] = at_ns

    def unseen(self, from_ns: int, to_ns: int) -> int:
        """Masters that were out of sight at some moment between two."""
        return len({master for master, begin, end in self.blind if begin < to_ns and end > from_ns})

    def heard(self, master: str, words: Sequence[str], at_ns: int) -> Iterator[Seen]:
        """A master executed a command."""
        match [words[0].upper() if words else "", *words[1:]]:
            case [name, _, number, *rest] if name in SCRIPTS and number.isdigit():
                keys, given = rest[: int(number)], rest[int(number) :]
                if given:
                    self._speaking[master] = given[0]
                    for resource in _resources(keys):
                        yield from self._script(resource, given, at_ns)
            case ["SET", key, value, "PX", ttl_ms, *_] if key.startswith(PREFIX):
                yield from self._set(master, key.removeprefix(PREFIX), value, at_ns, at_ns + int(ttl_ms) * 1_000_000)
            case ["PEXPIRE", key, ttl_ms, *_] if key.startswith(PREFIX):
                claim = self.claims.get((key.removeprefix(PREFIX), self._speaking.get(master, "")))
                if claim is not None:
                    claim.terms_ns[master] = at_ns + int(ttl_ms) * 1_000_000

    def tick(self, now_ns: int) -> Iterator[Seen]:
        """Time has passed."""
        for claims in self._current.values():
            for claim in claims:
                if not claim.expired and claim.believed_until_ns(self.quorum) <= now_ns:
                    claim.expired = True
                    yield LOCK_EXPIRED, claim.resource, claim.told()

    def _script(self, resource: str, given: Sequence[str], at_ns: int) -> Iterator[Seen]:
        claim = self.claims.get((resource, given[0]))
        if claim is None:
            return
        releases = len(given) == 1
        if claim.released_ns is not None:  # masters are not heard in step: another one may have been told before
            claim.released_ns = min(claim.released_ns, at_ns) if releases else claim.released_ns
            return
        claim.alive_ns = max(claim.alive_ns, at_ns)
        if releases:
            claim.released_ns = at_ns
        if claim.granted_ns is None:
            return
        if self._latest[resource] is not claim:  # granted to somebody since, and only now one sees that it was not done
            yield from _overtaken(claim, self._latest[resource])
        if releases:
            self._current[resource].remove(claim)
            yield LOCK_RELEASED, resource, claim.told()

    def _set(self, master: str, resource: str, value: str, at_ns: int, until_ns: int) -> Iterator[Seen]:
        claim = self.claims.setdefault((resource, value), Claim(resource, value, at_ns))
        claim.terms_ns[master] = until_ns
        claim.set_ns[master] = min(at_ns, claim.set_ns.get(master, at_ns))
        claim.alive_ns = max(claim.alive_ns, at_ns)
        votes = sum(term > at_ns for term in claim.terms_ns.values())
        given_up = claim.released_ns is not None and claim.released_ns <= at_ns
        agreed_ns = sorted(claim.set_ns.values())[: self.quorum][-1]
        if claim.granted_ns is not None:
            claim.granted_ns = min(claim.granted_ns, agreed_ns)
            return
        if given_up or votes < self.quorum:
            return
        claim.granted_ns = agreed_ns
        self._latest[resource] = claim
        current = self._current.setdefault(resource, [])
        yield LOCK_GRANTED, resource, claim.told()
        for earlier in current:
            if earlier.believed_until_ns(self.quorum) > at_ns:
                yield from _overtaken(earlier, claim)
        if claim.released_ns is None:
            current.append(claim)
        else:  # its release was heard from another master before
            yield LOCK_RELEASED, resource, claim.told()


def _overtaken(earlier: Claim, later: Claim) -> Iterator[Seen]:
    if not earlier.overtaken:
        earlier.overtaken = True
        yield LOCK_OVERTAKEN, earlier.resource, {"holder": earlier.holder, "value": earlier.value, "by": later.value}


def _resources(keys: Sequence[str]) -> Iterator[str]:
    return (key.removeprefix(PREFIX) for key in keys if key.startswith(PREFIX))
