"""The holds of locks, reconstructed from the commands that the lock masters executed.

Redlock's scripts (system/common/redlock.py) are told apart by their arguments: value and TTL to acquire and extend, the
value alone to release. A value is used for one attempt, and names the holder: `<holder>:<random>`. A lock is granted when
a quorum of masters has set the same value; from then on it is held until its holder releases it, or until the TTL has
run out at a quorum.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

from chaos.observations.events import LOCK_EXPIRED, LOCK_GRANTED, LOCK_OVERTAKEN, LOCK_RELEASED
from chaos.observations.locks import UnwatchedRow
from chaos.subject.watchers.lock_attempts import PREFIX, SCRIPTS, AttemptBook
from harness.system.clocks import ClockOffset

ROUNDED_NS = 50_000_000
"""A key whose TTL ran out longer ago is gone, and cannot be extended."""

Seen = tuple[str, str, dict[str, JsonValue]]
"""An event, its subject (the resource), and its detail."""


@dataclass(eq=False)
class Claim:
    """One attempt to hold one resource. By master: when the value was set (`set_ns`) and its TTL ends (`terms_ns`)."""

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
        """The instance that made the attempt."""
        return self.value.rpartition(":")[0]

    def believed_until_ns(self, quorum: int) -> int:
        """When the TTL ends at a quorum; when fewer masters set it, at the last of them."""
        terms = sorted(self.terms_ns.values(), reverse=True)
        return terms[min(quorum, len(terms)) - 1] if terms else self.first_ns

    def told(self) -> dict[str, JsonValue]:
        """The detail of an event."""
        masters: list[JsonValue] = [*sorted(self.terms_ns)]
        return {"holder": self.holder, "value": self.value, "masters": masters}


@dataclass
class LockBook:
    """The locks of some masters since `since_ns`; `unobserved` are intervals (ns) in which a master was not observed.

    MONITOR tells commands in their order, so when its connection breaks, those after the last one told may be missing, however
    late the break is noticed. `clocks` are the offsets that were used to convert the masters' times to the history's.
    """

    masters: tuple[str, ...] = ()
    since_ns: int = 0
    clocks: Mapping[str, ClockOffset] = field(default_factory=dict)
    claims: dict[tuple[str, str], Claim] = field(default_factory=dict)
    unobserved: list[tuple[str, int, int]] = field(default_factory=list)
    attempts: AttemptBook = field(default_factory=AttemptBook)
    _current: dict[str, list[Claim]] = field(default_factory=dict)
    _latest: dict[str, Claim] = field(default_factory=dict)
    _script_value: dict[str, str] = field(default_factory=dict)
    _down_since_ns: dict[str, int] = field(default_factory=dict)
    _told_ns: dict[str, int] = field(default_factory=dict)

    @property
    def quorum(self) -> int:
        """The majority of the masters."""
        return len(self.masters) // 2 + 1

    def open(self, masters: Sequence[str], now_ns: int, clocks: Mapping[str, ClockOffset]) -> None:
        """Begin with these masters."""
        self.masters, self.since_ns, self.clocks = tuple(masters), now_ns, clocks

    def set_observed(self, master: str, at_ns: int, *, well: bool) -> None:
        """A master is observed from now on, or (also: still) not. One that refuses connections cannot have voted either."""
        down_since = self._down_since_ns.get(master)
        if well:
            if down_since is not None:
                self.unobserved.append((master, down_since, at_ns))
            self._told_ns[master] = at_ns
            self._down_since_ns.pop(master, None)
        else:
            if down_since is None and at_ns > self.since_ns:
                self.unobserved.append((master, min(self._told_ns.get(master, self.since_ns), at_ns), at_ns))
            self._down_since_ns[master] = at_ns
            self.attempts.keys(master).lost()

    def unwatched(self, now_ns: int) -> Iterator[UnwatchedRow]:
        """Every interval in which a master was not observed, until now."""
        for master, begin_ns, end_ns in self.unobserved:
            yield UnwatchedRow(master, begin_ns, end_ns)
        for master, since_ns in self._down_since_ns.items():
            yield UnwatchedRow(master, since_ns, now_ns)

    def unobserved_between(self, from_ns: int, to_ns: int) -> int:
        """Number of masters that were not observed at some time between two."""
        return len({master for master, begin, end in self.unobserved if begin < to_ns and end > from_ns})

    def read(self, master: str, values: Mapping[str, tuple[str, int]], now_ns: int) -> Iterator[Seen]:
        """All lock keys of a master were read, values and ends (ns): they are entered as if they were set now."""
        self.attempts.keys(master).read(values, now_ns)
        for key, (value, until_ns) in sorted(values.items()):
            yield from self._set(master, key.removeprefix(PREFIX), value, now_ns, until_ns)

    def executed(self, master: str, words: Sequence[str], at_ns: int, *, scripted: bool = True) -> Iterator[Seen]:
        """A master executed a command (by a script or not); yields the resulting events."""
        self._told_ns[master] = at_ns
        self.attempts.executed(master, words, at_ns, scripted=scripted)
        match [words[0].upper() if words else "", *words[1:]]:
            case [name, _, number, *rest] if name in SCRIPTS and number.isdigit():
                keys, given = rest[: int(number)], rest[int(number) :]
                if given:
                    self._script_value[master] = given[0]
                    for resource in _resources(keys):
                        yield from self._script(resource, given, at_ns)
            case ["SET", key, value, "PX", ttl_ms, *_] if key.startswith(PREFIX):
                yield from self._set(master, key.removeprefix(PREFIX), value, at_ns, at_ns + int(ttl_ms) * 1_000_000)
            case ["PEXPIRE", key, ttl_ms, *_] if key.startswith(PREFIX):
                claim = self.claims.get((key.removeprefix(PREFIX), self._script_value.get(master, "")))
                if claim is not None and at_ns <= claim.terms_ns.get(master, 0) + ROUNDED_NS:
                    claim.terms_ns[master] = at_ns + int(ttl_ms) * 1_000_000

    def tick(self, now_ns: int) -> Iterator[Seen]:
        """Yield the locks that expired until `now_ns`."""
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
        if claim.released_ns is not None:  # masters' delays differ: another one may have reported it
            claim.released_ns = min(claim.released_ns, at_ns) if releases else claim.released_ns
            return
        claim.alive_ns = max(claim.alive_ns, at_ns)
        if releases:
            claim.released_ns = at_ns
        if claim.granted_ns is None:
            return
        if self._latest[resource] is not claim:  # granted to another holder since, while this one was still active
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
        else:  # its release was observed at another master before
            yield LOCK_RELEASED, resource, claim.told()


def _overtaken(earlier: Claim, later: Claim) -> Iterator[Seen]:
    if not earlier.overtaken:
        earlier.overtaken = True
        yield LOCK_OVERTAKEN, earlier.resource, {"holder": earlier.holder, "value": earlier.value, "by": later.value}


def _resources(keys: Sequence[str]) -> Iterator[str]:
    return (key.removeprefix(PREFIX) for key in keys if key.startswith(PREFIX))
