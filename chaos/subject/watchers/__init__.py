"""Watchers, registered by name: tasks that record what happens in the shop while a run goes on.

A watcher records events (`chaos.observations.events`), on which faults can be triggered. Its sources
are ledgers, databases, metrics and the servers themselves. When its source is down it retries; any other failure ends the
workload at once.
"""

from collections.abc import Mapping

from chaos.observations import events
from chaos.subject.watchers.deliveries import deliveries
from chaos.subject.watchers.fences import fences
from chaos.subject.watchers.lock_book import LockBook
from chaos.subject.watchers.locks import locks
from chaos.subject.watchers.members import members
from chaos.subject.watchers.payment_books import outbox, payments
from chaos.subject.watchers.readiness import readiness
from chaos.subject.watchers.sagas import sagas
from chaos.subject.watchers.sandboxes import captures, mail_script, mails
from chaos.subject.watchers.watched import WatchedSystem
from harness.system import Watcher

WATCHERS: Mapping[str, Watcher[WatchedSystem]] = {
    "captures": captures,
    "deliveries": deliveries,
    "fences": fences,
    "locks": locks,
    "mail_script": mail_script,
    "mails": mails,
    "members": members,
    "outbox": outbox,
    "payments": payments,
    "readiness": readiness,
    "sagas": sagas,
}
"""Watchers by name."""

EVENTS: Mapping[str, frozenset[str]] = {
    "captures": frozenset({events.CAPTURE, events.REFUND, events.DECLINE}),
    "deliveries": frozenset({events.REDELIVERED}),
    "fences": frozenset({events.TOKEN_DRAWN, events.WRITE_FENCED_OFF}),
    "locks": frozenset({events.LOCK_GRANTED, events.LOCK_RELEASED, events.LOCK_EXPIRED, events.LOCK_OVERTAKEN}),
    "mail_script": frozenset({events.MAIL_SCRIPT_HIT}),
    "mails": frozenset({events.MAIL_DELIVERED}),
    "members": frozenset({events.MEMBER_REPLACED}),
    "outbox": frozenset({events.MAIL_QUEUED}),
    "payments": frozenset({events.CAPTURE_COMMITTED}),
    "readiness": frozenset({events.NOT_READY, events.READY_AGAIN}),
    "sagas": frozenset({events.SAGA_POSTPONED, events.SAGA_TAKEN_OVER}),
}
"""The events that each of them records."""

__all__ = ["EVENTS", "WATCHERS", "LockBook", "WatchedSystem"]
