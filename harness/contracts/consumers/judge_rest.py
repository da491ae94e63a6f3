"""Consumers of REST operations against the OpenAPI documents: what they ask for, send, read and handle is there as it was."""

from collections.abc import Iterator
from itertools import islice

from harness.contracts.consumers.providers_rest import Rest
from harness.contracts.consumers.recorder.rest import PROBLEM
from harness.contracts.consumers.rules import (
    DEMANDED,
    OPERATION_REMOVED,
    PROPERTY_CHANGED,
    PROPERTY_OPTIONAL,
    PROPERTY_REMOVED,
    SENT_REMOVED,
    STATUS,
    Judged,
)
from harness.contracts.finding import Finding


def judge_operation(judged: Judged, old: Rest, new: Rest) -> Iterator[Finding]:
    """What breaks the use of an operation."""
    name = judged.use.name
    if name not in new.operations:
        yield judged.breaks(OPERATION_REMOVED, "")
        return
    known = name in old.operations
    before = old.statuses(name) if known else frozenset()
    for status in sorted(new.statuses(name) - before):
        if not judged.handles(status):
            yield judged.breaks(STATUS, status, f"{name} answers {status} now", judged.use.at)
    for field in judged.use.sends:
        if known and old.takes(name, field) and not new.takes(name, field):
            yield judged.breaks(SENT_REMOVED, field)
    for field in sorted(new.demands(name) - (old.demands(name) if known else frozenset()) - {*judged.use.sends}):
        yield judged.breaks(DEMANDED, field)
    for field in judged.use.fields_read if known else ():
        said, _, path = field.partition(" ")
        statuses = [each for each in sorted(before) if each >= "400"] if said == PROBLEM else [said]
        yield from islice((found for each in statuses for found in _property(judged, field, each, path, old, new)), 1)


def _property(judged: Judged, field: str, status: str, path: str, old: Rest, new: Rest) -> Iterator[Finding]:
    name = judged.use.name
    was = old.answer(name, status, path)
    now = new.answer(name, status, path)
    if was is None:
        return  # read if it is there; it never was a promise
    if now is None:
        if new.documents(name, status):
            yield judged.breaks(PROPERTY_REMOVED, field)
    elif not now.types <= was.types:
        detail = f"{path} was {' or '.join(sorted(was.types))}, is {' or '.join(sorted(now.types))}"
        yield judged.breaks(PROPERTY_CHANGED, field, detail)
    elif was.required and not now.required:
        yield judged.breaks(PROPERTY_OPTIONAL, field)
