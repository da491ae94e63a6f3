"""Consumers and publishers of broker messages against the topology: the way is still there, and the same type goes along it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from harness.contracts.consumers.providers_proto import Protos
from harness.contracts.consumers.recorder.routes import REPLY, route
from harness.contracts.consumers.rules import FIELD_REMOVED, MESSAGE_CHANGED, MESSAGE_REMOVED, QUEUE_REMOVED, Judged
from harness.contracts.finding import Finding


@dataclass(frozen=True)
class Ways:
    """A topology document (`amqp.json`), by the names of ways."""

    messages: Mapping[str, Mapping[str, Any]]
    replies: frozenset[str]
    exchanges: frozenset[str]
    queues: frozenset[str]

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Ways":
        """Read from the document."""
        rows = document.get("messages", ())
        return cls(
            messages={route(row["exchange"], row["routing_key"]): row for row in rows},
            replies=frozenset(row.get("reply", "") for row in rows),
            exchanges=frozenset(each["name"] for each in document.get("exchanges", ())),
            queues=frozenset(each["name"] for each in document.get("queues", ())),
        )

    def leads_somewhere(self, way: str) -> bool:
        """Whether the exchange, or for the default one the queue, is there."""
        exchange, named, _ = way.partition(":")
        return exchange in self.exchanges if named else way in self.queues


def judge_message(judged: Judged, protos: Protos, old: Ways, new: Ways) -> Iterator[Finding]:
    """What breaks the taking or publishing of a message. Its fields are judged apart (`judge_rpc.judge_fields`)."""
    name = judged.use.name
    if protos.messages and name not in protos.messages:
        yield judged.breaks(FIELD_REMOVED, "", f"there is no message {name}")
    for way in judged.use.consumes:
        if way == REPLY:
            if name in old.replies and name not in new.replies:
                yield judged.breaks(MESSAGE_REMOVED, way, f"{name} is no longer a reply")
        elif way in old.messages and way not in new.messages:
            yield judged.breaks(MESSAGE_REMOVED, way)
        elif way in old.queues and way not in new.queues:
            yield judged.breaks(QUEUE_REMOVED, way)
        else:
            yield from _changed(judged, way, old, new)
    for way in judged.use.publishes:
        if old.leads_somewhere(way) and not new.leads_somewhere(way):
            yield judged.breaks(QUEUE_REMOVED, way)
        else:
            yield from _changed(judged, way, old, new)


def _changed(judged: Judged, way: str, old: Ways, new: Ways) -> Iterator[Finding]:
    was, now = old.messages.get(way), new.messages.get(way)
    if was is None or now is None:
        return
    for key in ("type", "payload", "content_type"):
        if (before := was.get(key, "")) != (after := now.get(key, "")):
            yield judged.breaks(MESSAGE_CHANGED, f"{way} {key}", f"{way}: {key} was {before or 'none'}, is {after or 'none'}")
