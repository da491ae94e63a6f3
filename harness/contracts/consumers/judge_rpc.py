"""Consumers of calls and of messages against the proto images: what they call, send, read and handle is there as it was."""

from collections.abc import Iterator

from harness.contracts.consumers.providers_proto import Protos
from harness.contracts.consumers.rules import FIELD_CHANGED, FIELD_REMOVED, FIELD_RENAMED, RPC_REMOVED, STATUS, Judged
from harness.contracts.finding import Finding


def judge_call(judged: Judged, old: Protos, new: Protos) -> Iterator[Finding]:
    """What breaks a call."""
    name = judged.use.name
    now = new.methods.get(name)
    if now is None:
        yield judged.breaks(RPC_REMOVED, "")
        return
    for status in sorted(now - old.methods.get(name, frozenset())):
        if not judged.handles(status):
            yield judged.breaks(STATUS, status, f"{name} answers {status} now", judged.use.at)
    yield from judge_fields(judged, old, new)


def judge_fields(judged: Judged, old: Protos, new: Protos) -> Iterator[Finding]:
    """What breaks the reading or sending of fields."""
    for declared in sorted({*judged.use.fields_read, *judged.use.sends}):
        for name in old.expand(declared):
            was, now = old.fields.get(name), new.fields.get(name)
            if name.endswith(".*"):
                continue
            if now is None:
                renamed = new.numbered(name, was.number) if was else ""
                rule, detail = (FIELD_RENAMED, f"{name} is {renamed}") if renamed else (FIELD_REMOVED, name)
                yield judged.breaks(rule, name, detail, judged.use.places_of(declared))
            elif was is not None and now != was:
                yield judged.breaks(FIELD_CHANGED, name, f"{name} was {was}, is {now}", judged.use.places_of(declared))
