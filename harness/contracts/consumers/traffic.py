"""What recorded traffic says that each consumer uses, and the declaration that follows from it.

A fact belongs to the consumer in whose `code` its place lies. Statuses are noted where they came back; that a consumer handles
them is its `handles`.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from harness.contracts.consumers.declaration import LISTS, Consumer, Use, use_of
from harness.contracts.consumers.recorder.facts import Fact

TRANSIENT = frozenset({"UNAVAILABLE", "DEADLINE_EXCEEDED", "CANCELLED", "502", "503", "504"})
"""Statuses that come and go with the machine's load: declared once, in `handles`."""


def owner_of(fact: Fact, consumers: Iterable[Consumer]) -> str:
    """The name of the consumer whose code a fact was noted in; "" when it is nobody's."""
    return next((c.name for c in consumers if c.code and fact.place.startswith(c.code)), "")


def uses_in(facts: Iterable[Fact]) -> tuple[Use, ...]:
    """What these facts say is used."""
    found: dict[tuple[str, str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    reads: dict[tuple[str, str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for fact in facts:
        use = fact.kind, fact.name
        found[use][fact.what].add(fact.value)
        if fact.what in ("at", "consumes", "publishes"):
            found[use]["at"].add(fact.place)
        if fact.what == "reads":
            reads[use][fact.place].add(fact.value)
    return tuple(
        use_of(
            *use,
            {key: noted[key] - {""} for key in LISTS},
            dict(sorted(reads[use].items())),
        )
        for use, noted in sorted(found.items())
    )


def derived(consumer: Consumer, uses: Sequence[Use], *, exact: bool) -> Consumer:
    """The declaration that traffic asks for: what is declared and what was used, or with `exact` the latter alone."""
    seen = {(use.kind, use.name): _steady(use) for use in uses}
    if exact:
        return replace(consumer, uses=tuple(seen.values()))
    declared = {(use.kind, use.name): use for use in consumer.uses}
    return replace(consumer, uses=tuple(_joined(declared.get(key), seen.get(key)) for key in sorted({*declared, *seen})))


def _steady(use: Use) -> Use:
    return replace(use, codes=tuple(code for code in use.codes if code not in TRANSIENT))


def _joined(one: Use | None, other: Use | None) -> Use:
    if one is None or other is None:
        found = one or other
        if found is None:
            raise ValueError("one of the two is needed")
        return found
    lists = {key: {*getattr(one, key), *getattr(other, key)} for key in LISTS}
    reads = {place: {*one.reads.get(place, ()), *other.reads.get(place, ())} for place in {*one.reads, *other.reads}}
    return use_of(one.kind, one.name, lists, reads)
