"""Recorded traffic against the declarations, so that they cannot drift.

`consumer-undeclared-use` (ERR): used and not declared. `consumer-place-outdated` (WARN): declared, and used at another place.
`consumer-declared-unused` (WARN, only when all traffic was recorded): declared and not used. `consumer-unknown` (ERR):
recorded code that is no consumer's. `consumer-nothing-recorded` (ERR): no traffic of a consumer came, nothing was verified.
"""

from collections.abc import Iterable, Iterator, Sequence

from harness.contracts.consumers.declaration import Consumer, Use
from harness.contracts.consumers.recorder.facts import Fact
from harness.contracts.consumers.traffic import owner_of, uses_in
from harness.contracts.finding import Finding, Level

CONTRACT = "consumers"
_VERBS = {
    "sends": "sends",
    "codes": "is answered",
    "consumes": "takes from",
    "publishes": "publishes to",
    "fields_read": "reads",
}


def verify(facts: Iterable[Fact], consumers: Sequence[Consumer], *, complete: bool) -> list[Finding]:
    """What does not agree; `complete` when everything that a consumer does was recorded."""
    inside = [consumer for consumer in consumers if not consumer.outside]
    by_owner: dict[str, list[Fact]] = {}
    for fact in sorted(facts):
        by_owner.setdefault(owner_of(fact, inside), []).append(fact)
    found = [_unknown(fact) for fact in by_owner.pop("", [])]
    for consumer in inside:
        uses = uses_in(by_owner.get(consumer.name, ()))
        if not uses and complete:
            found.append(_nothing(consumer))
            continue
        found += _undeclared(consumer, uses)
        if complete:
            found += _unused(consumer, uses)
    return sorted(set(found))


def _undeclared(consumer: Consumer, uses: Sequence[Use]) -> Iterator[Finding]:
    declared = {(use.kind, use.name): use for use in consumer.uses}
    for use in uses:
        known = declared.get((use.kind, use.name))
        if known is None:
            yield _finding("consumer-undeclared-use", Level.ERR, consumer, use, "", use.at, "uses it and does not declare it")
            continue
        for key, value in _values(use):
            allowed = {*getattr(known, key), *(consumer.handles if key == "codes" else ())}
            if use.kind == "rest" and _like(value, allowed):
                continue
            if value not in allowed:
                said = f"{_VERBS[key]} {value} and does not declare it"
                yield _finding(
                    "consumer-undeclared-use", Level.ERR, consumer, use, f"{key} {value}", use.places_of(value), said
                )
            elif key == "fields_read" and (moved := sorted({*use.places_of(value)} - {*known.places_of(value)})):
                said = f"reads {value} at a place that is not declared"
                yield _finding("consumer-place-outdated", Level.WARN, consumer, use, f"{key} {value}", moved, said)


def _like(value: str, allowed: Iterable[str]) -> bool:
    """Whether a field is declared for another success only: which of 200 and 202 comes may be a question of time."""
    if value in allowed:
        return False
    status, _, path = value.partition(" ")
    return status.startswith("2") and any(each.startswith("2") and each.partition(" ")[2] == path for each in allowed if path)


def _unused(consumer: Consumer, uses: Sequence[Use]) -> Iterator[Finding]:
    seen = {(use.kind, use.name): use for use in uses}
    for use in consumer.uses:
        used = seen.get((use.kind, use.name))
        if used is None:
            said = "declares it and never used it"
            yield _finding("consumer-declared-unused", Level.WARN, consumer, use, "", use.at, said)
            continue
        for key, value in _values(use):
            if key != "codes" and value not in getattr(used, key):  # a status that did not come up can be handled all the same
                said = f"declares that it {_VERBS[key]} {value}, and never did"
                where = f"{key} {value}"
                yield _finding("consumer-declared-unused", Level.WARN, consumer, use, where, use.places_of(value), said)


def _values(use: Use) -> Iterator[tuple[str, str]]:
    for key in _VERBS:
        yield from ((key, value) for value in getattr(use, key) if (key, value) != ("codes", "OK"))


def _finding(rule: str, level: Level, consumer: Consumer, use: Use, what: str, places: Iterable[str], said: str) -> Finding:
    where = " ".join(filter(None, (consumer.name, use.kind, use.name, what.replace("fields_read", "reads"))))
    advice = "" if rule == "consumer-declared-unused" else "; `gauntlet contracts consumers derive` adds what was recorded"
    return Finding(CONTRACT, rule, where, level, f"{consumer.name} {said}{advice}", consumer.names(places))


def _unknown(fact: Fact) -> Finding:
    said = f"{fact.place} uses {fact.name}, and no declaration has this code: add it to the `code` of a consumer"
    return Finding(CONTRACT, "consumer-unknown", fact.place, Level.ERR, said)


def _nothing(consumer: Consumer) -> Finding:
    said = f"no traffic of {consumer.name} ({', '.join(consumer.code) or 'no code'}) was recorded: nothing of it was verified"
    return Finding(CONTRACT, "consumer-nothing-recorded", consumer.name, Level.ERR, said, (consumer.name,))
