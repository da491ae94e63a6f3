"""Every attempt to hold a lock, as each master saw it, and every command that changed a key which held another's value.

An attempt is known by its value. Its first script with a TTL acquires, later ones extend; the value alone releases. What a
master had of a key before a command comes from a model of its keys (`master_keys`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from chaos.observations.locks import AttemptRow, StrayRow, VoteRow
from chaos.subject.watchers.master_keys import FOR_EVER_NS, MasterKeys, Standing
from harness.history import Row, row_of

PREFIX = "lock:"
SCRIPTS = frozenset({"EVALSHA", "EVAL"})
MS = 1_000_000


@dataclass(eq=False)
class Vote:
    """What one master did about an attempt."""

    asked_ns: int | None = None
    met: Standing | None = None
    set_ns: int | None = None
    sets: dict[str, int] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    until_ns: int | None = None
    released_ns: int | None = None


@dataclass(eq=False)
class Attempt:
    """One attempt to hold some resources."""

    value: str
    first_ns: int
    script: str = ""
    resources: tuple[str, ...] = ()
    ttls_ms: set[int] = field(default_factory=set)
    votes: dict[str, Vote] = field(default_factory=dict)

    def vote(self, master: str) -> Vote:
        """What a master did about it."""
        return self.votes.setdefault(master, Vote())


@dataclass
class AttemptBook:
    """The attempts by value, and the strays: commands on keys that held another's value."""

    attempts: dict[str, Attempt] = field(default_factory=dict)
    strays: list[StrayRow] = field(default_factory=list)
    _keys: dict[str, MasterKeys] = field(default_factory=dict)
    _script_value: dict[str, str] = field(default_factory=dict)

    def keys(self, master: str) -> MasterKeys:
        """The model of a master's keys."""
        return self._keys.setdefault(master, MasterKeys())

    def executed(self, master: str, words: Sequence[str], at_ns: int, *, scripted: bool = True) -> None:
        """A master executed a command; `scripted` when a script did it, after the script itself was told."""
        name, arguments = words[0].upper() if words else "", words[1:]
        if name in SCRIPTS:
            self._script(master, arguments, at_ns)
        elif name in ("FLUSHALL", "FLUSHDB"):
            self.keys(master).delete()
        elif arguments and arguments[0].startswith(PREFIX):
            value = self._script_value.get(master, "") if scripted else ""
            if name == "SET":
                self._set(master, arguments, at_ns)
            elif name in ("PEXPIRE", "EXPIRE"):
                self._extend(master, arguments[0], value, _ttl_ns(name, arguments[1]), at_ns)
            elif name in ("DEL", "UNLINK"):
                for key in arguments:
                    self._stray(master, name, key, value, at_ns)
                    if value in self.attempts:
                        self.attempts[value].vote(master).deleted.add(key)
                self.keys(master).delete(*arguments)

    def rows(self) -> list[Row]:
        """The attempts, in the order of their first commands."""
        return [row_of(_row(each)) for each in sorted(self.attempts.values(), key=lambda each: each.first_ns)]

    def _script(self, master: str, arguments: Sequence[str], at_ns: int) -> None:
        if len(arguments) < 2 or not arguments[1].isdigit():
            return
        number = 2 + int(arguments[1])
        keys, given = arguments[2:number], arguments[number:]
        if not given or not keys or not keys[0].startswith(PREFIX):
            return
        self._script_value[master] = given[0]
        if len(given) == 1:
            attempt = self.attempts.get(given[0])
            if attempt is not None and attempt.vote(master).released_ns is None:
                attempt.vote(master).released_ns = at_ns
            return
        attempt = self._attempt(given[0], keys, at_ns, arguments[0])
        vote = attempt.vote(master)
        if given[1].isdigit():
            attempt.ttls_ms.add(int(given[1]))
        if arguments[0] == attempt.script and vote.set_ns is None:  # asked again when the master did not know the script
            vote.asked_ns = at_ns
            vote.met = max(self._met(master, keys, given[0], at_ns), key=lambda met: met.left_ns, default=None)

    def _met(self, master: str, keys: Sequence[str], value: str, at_ns: int) -> Iterator[Standing]:
        for key in keys:
            found = self.keys(master).standing(key, at_ns)
            if found is not None and found.value != value:
                yield found

    def _attempt(self, value: str, keys: Sequence[str], at_ns: int, script: str) -> Attempt:
        attempt = self.attempts.setdefault(value, Attempt(value, at_ns, script, tuple(map(_resource, keys))))
        attempt.first_ns = min(attempt.first_ns, at_ns)
        return attempt

    def _set(self, master: str, arguments: Sequence[str], at_ns: int) -> None:
        key, value, *options = arguments
        found = self.keys(master).standing(key, at_ns)
        if "NX" in map(str.upper, options) and found is not None:
            return
        ttl_ns = _ttl_of(options)
        until_ns = FOR_EVER_NS if ttl_ns is None else at_ns + ttl_ns
        self._stray(master, "SET", key, value, at_ns)
        self.keys(master).set(key, value, until_ns)
        attempt = self._attempt(value, (key,), at_ns, "")
        attempt.ttls_ms.add(0 if ttl_ns is None else ttl_ns // MS)
        vote = attempt.vote(master)
        vote.sets[key] = vote.sets.get(key, 0) + 1
        vote.set_ns = at_ns if vote.set_ns is None else min(vote.set_ns, at_ns)
        vote.until_ns = max(until_ns, vote.until_ns or 0)

    def _extend(self, master: str, key: str, value: str, ttl_ns: int, at_ns: int) -> None:
        found = self.keys(master).standing(key, at_ns)
        self._stray(master, "PEXPIRE", key, value, at_ns)
        self.keys(master).extend(key, at_ns, at_ns + ttl_ns)
        if value in self.attempts:
            attempt = self.attempts[value]
            attempt.ttls_ms.add(ttl_ns // MS)
            if found is not None and found.value == value:
                attempt.vote(master).until_ns = at_ns + ttl_ns

    def _stray(self, master: str, command: str, key: str, value: str, at_ns: int) -> None:
        found = self.keys(master).standing(key, at_ns)
        if found is not None and found.value != value:
            self.strays.append(StrayRow(master, at_ns, command, _resource(key), value, found.value, found.left_ns))


def _ttl_of(options: Sequence[str]) -> int | None:
    for unit, number in pairwise(options):
        if unit.upper() in ("PX", "EX") and number.isdigit():
            return _ttl_ns("PEXPIRE" if unit.upper() == "PX" else "EXPIRE", number)
    return None


def _ttl_ns(command: str, number: str) -> int:
    ttl = int(number) if number.isdigit() else 0
    return ttl * (MS if command == "PEXPIRE" else 1000 * MS)


def _resource(key: str) -> str:
    return key.removeprefix(PREFIX)


def _row(attempt: Attempt) -> AttemptRow:
    holder = attempt.value.rpartition(":")[0]
    votes = tuple(_vote(master, each) for master, each in sorted(attempt.votes.items()))
    return AttemptRow(attempt.value, holder, attempt.resources, attempt.first_ns, tuple(sorted(attempt.ttls_ms)), votes)


def _vote(master: str, vote: Vote) -> VoteRow:
    sets = max(vote.sets.values(), default=0)
    set_ns, until_ns, released_ns = vote.set_ns, vote.until_ns, vote.released_ns
    in_time = set_ns is not None and until_ns is not None and released_ns is not None and set_ns < released_ns < until_ns
    kept = len(vote.sets.keys() - vote.deleted) if in_time else 0
    met, left_ns = ("", None) if vote.met is None else (vote.met.value, vote.met.left_ns)
    return VoteRow(master, vote.asked_ns, met, set_ns, sets, until_ns, released_ns, kept, left_ns)
