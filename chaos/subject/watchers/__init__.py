"""Who sees what happens in the shop while it happens, from outside of it: one watcher per file, registered by its name.

A watcher records events (`harness.history.Event`), on which faults can be triggered. It sees through the same eyes as an
auditor: ledgers, databases, the servers themselves. One that loses its sight (what it looks at is down) looks again; one
that fails otherwise fails the run.
"""

from collections.abc import Mapping

from chaos.subject.watchers.captures import captures
from chaos.subject.watchers.deliveries import deliveries
from chaos.subject.watchers.fences import fences
from chaos.subject.watchers.lock_book import LockBook
from chaos.subject.watchers.locks import locks
from chaos.subject.watchers.mails import mails
from chaos.subject.watchers.members import members
from chaos.subject.watchers.outbox import outbox
from chaos.subject.watchers.payments import payments
from chaos.subject.watchers.sagas import sagas
from chaos.subject.watchers.sight import Sight
from chaos.subject.watchers.strikes import strikes
from harness.system import Watcher

WATCHERS: Mapping[str, Watcher[Sight]] = {
    "captures": captures,
    "deliveries": deliveries,
    "fences": fences,
    "locks": locks,
    "mails": mails,
    "members": members,
    "outbox": outbox,
    "payments": payments,
    "sagas": sagas,
    "strikes": strikes,
}
"""Watchers by name."""

__all__ = ["WATCHERS", "LockBook", "Sight"]
