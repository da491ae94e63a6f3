"""What can be known of the shop without starting it: its members and edges, who records what, and what is observed of it."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from chaos.observations.clocks import CLOCKS
from chaos.observations.events import MEMBER_REPLACED, REDELIVERED, TOKEN_DRAWN
from chaos.observations.health_over_time import ERRORS_COUNTED, LOG_ALARMS, MEMORY
from chaos.observations.identity import LOGIN_RATE, REFRESH_AGAIN
from chaos.observations.locks import LOCK_ATTEMPTS, LOCK_GRANTS, LOCK_SETTINGS, LOCK_STRAYS, LOCK_UNWATCHED, TOKENS
from chaos.observations.orders import TIME_TO_PAY
from chaos.observations.outside import MAILBOX, PROVIDER_LEDGER
from chaos.observations.rest import CONNECTIONS, HEALTH, LOCK_KEYS, QUEUES
from chaos.subject import ShopSystem, databases
from chaos.subject.examined import ExaminedShop
from harness.experiment import Experiment
from harness.history import History, Operation, Row
from harness.stack.topology import Topology
from harness.verdict import Guarantee
from tests.unit.chaos.shop_history import ShopHistory

LOCKS = frozenset({LOCK_GRANTS, LOCK_ATTEMPTS, LOCK_STRAYS, LOCK_UNWATCHED})
READ = {subject for queries in databases.OBSERVED.values() for subject in queries}
AT_SERVERS = frozenset({QUEUES, LOCK_KEYS, CONNECTIONS})
OBSERVED = frozenset(
    {
        *READ - {TOKENS},
        *AT_SERVERS,
        HEALTH,
        PROVIDER_LEDGER,
        MAILBOX,
        *LOCKS,
        LOCK_SETTINGS,
        TIME_TO_PAY,
        MEMORY,
        CLOCKS,
        LOGIN_RATE,
        REFRESH_AGAIN,
    }
)
EXAMINED = frozenset({LOG_ALARMS, ERRORS_COUNTED})
"""What an `ExaminedShop` observes besides."""
SEEN_BY = dict.fromkeys(LOCKS, "locks")
"""Observations that are put together from what a watcher saw during the run."""
ABOUT_MEMBERS = frozenset({TOKEN_DRAWN, REDELIVERED, MEMBER_REPLACED})
"""Events whose subject is a member of the stack."""


@cache
def topology_of(path: Any) -> Topology:
    return Topology.load(path)


def observed_of(experiment: Experiment[Any]) -> frozenset[str]:
    """The subjects that the experiment's system observes."""
    return OBSERVED | (EXAMINED if system_of(experiment).subject is ExaminedShop else frozenset())


def system_of(experiment: Experiment[Any]) -> ShopSystem:
    assert isinstance(experiment.system, ShopSystem)
    return experiment.system


class AskedHistory(History):
    """A short history that notes what a judge asks of it: an order was paid, a fault came and went, nothing is left at rest."""

    def __init__(self) -> None:
        told = ShopHistory()
        told.pays("o1")
        told.strikes("order-1")
        told.done()
        super().__init__(tuple(told.records))
        self.subjects: set[str] = set()
        self.operations_named: set[str] = set()

    def observed(self, subject: str) -> Sequence[Row]:
        self.subjects.add(subject)
        return ()

    def observed_at_ns(self, subject: str) -> int:
        self.subjects.add(subject)
        return 0

    def at_rest(self, subject: str) -> bool:
        self.subjects.add(subject)
        return True

    def named(self, *names: str) -> Sequence[Operation]:
        self.operations_named.update(names)
        return super().named(*names)


@cache
def asked_by(guarantee: Guarantee) -> AskedHistory:
    """What a guarantee's judge asks of such a history."""
    history = AskedHistory()
    guarantee.judge(history)
    return history


def unknown(names: Iterable[str], known: Iterable[str]) -> list[str]:
    """Those that are not known, in order."""
    there = set(known)
    return [name for name in names if name not in there]
