"""Who sees what happens in the shop while it happens, from outside of it, registered by name.

A watcher records events (`chaos.observations.events`), on which faults can be triggered. It looks where an auditor would: at
ledgers, databases, the servers themselves. One whose source is down asks again; one that fails otherwise fails the run at
once.
"""

from collections.abc import Mapping

from chaos.observations import events
from chaos.subject.watchers.deliveries import deliveries
from chaos.subject.watchers.fences import fences
from chaos.subject.watchers.lock_book import LockBook
from chaos.subject.watchers.locks import locks
from chaos.subject.watchers.mail_script import mail_script
from chaos.subject.watchers.members import members
from chaos.subject.watchers.payment_books import outbox, payments
from chaos.subject.watchers.sagas import sagas
from chaos.subject.watchers.sandboxes import captures, mails
from chaos.subject.watchers.sight import Sight
from harness.system import Watcher

WATCHERS: Mapping[str, Watcher[Sight]] = {
    "captures": captures,
    "deliveries": deliveries,
    "fences": fences,
    "locks": locks,
    "mail_script": mail_script,
    "mails": mails,
    "members": members,
    "outbox": outbox,
    "payments": payments,
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
    "sagas": frozenset({events.SAGA_POSTPONED, events.SAGA_TAKEN_OVER}),
}
"""What each of them records."""

__all__ = ["EVENTS", "WATCHERS", "LockBook", "Sight"]
