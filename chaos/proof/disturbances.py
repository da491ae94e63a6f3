"""Kinds of faults in generated histories: for each a spec like those of the experiments, and what it does to requests."""

from dataclasses import dataclass

from harness.faults.spec import Edge, FaultSpec


@dataclass(frozen=True, kw_only=True)
class Disturbance:
    """A fault that is in force for `lasts_s` seconds.

    Of the requests meanwhile, these fractions are refused with 503, have their answer lost (done or not), or are answered late.
    `cache_down`: changes of accounts are not announced. `pauses`: this holder of the lock is paused. `mails_again`: mails may
    be transmitted twice.
    """

    spec: FaultSpec
    lasts_s: float = 4.0
    refused: float = 0.1
    lost: float = 0.15
    late: float = 0.1
    cache_down: bool = False
    pauses: str = ""
    mails_again: bool = False


def _of(kind: str, *members: str) -> FaultSpec:
    return FaultSpec(kind=kind, members=members)


def _on(kind: str, *edges: str) -> FaultSpec:
    return FaultSpec(kind=kind, edges=tuple(map(Edge.named, edges)))


DISTURBANCES: tuple[Disturbance, ...] = (
    Disturbance(spec=_of("kill", "order-1")),
    Disturbance(spec=_of("kill", "mysql"), refused=0.5),
    Disturbance(spec=_of("kill", "redis-lock-1"), lost=0.0),
    Disturbance(spec=_of("kill", "redis-cache"), cache_down=True, lost=0.0),
    Disturbance(spec=_of("kill", "notification-1"), mails_again=True),
    Disturbance(spec=_of("pause", "order-1"), lasts_s=12.0, pauses="order-1"),
    Disturbance(spec=_of("restart", "rabbitmq"), refused=0.4),
    Disturbance(spec=_of("rolling_restart", "order-1", "order-2", "payment-1"), refused=0.02, lost=0.02),
    Disturbance(spec=_of("rolling_upgrade", "gateway-1", "gateway-2"), refused=0.02, lost=0.02),
    Disturbance(spec=_of("slow_start", "payment-1"), late=0.3),
    Disturbance(spec=_of("forget", "redis-lock-1", "redis-lock-2")),
    Disturbance(spec=_of("flush", "redis-lock-3")),
    Disturbance(spec=_of("clock_jump", "redis-lock-2")),
    Disturbance(spec=_of("disk_full", "mysql"), refused=0.4),
    Disturbance(spec=_of("read_only", "mysql"), refused=0.5, lost=0.0),
    Disturbance(spec=_of("deadlock", "mysql"), late=0.3),
    Disturbance(spec=_of("memory_alarm", "rabbitmq"), refused=0.4),
    Disturbance(spec=_of("connection_flood", "gateway-1"), late=0.3),
    Disturbance(spec=_of("strangers", "gateway-1"), late=0.3),
    Disturbance(spec=_on("partition", "order-1->redis-lock-1", "order-1->redis-lock-2"), refused=0.3),
    Disturbance(spec=_on("cut", "order-1->product-1", "order-2->payment-1"), lost=0.3),
    Disturbance(spec=_on("stall", "order-1->payment-1"), late=0.4),
    Disturbance(spec=_on("toxic", "gateway-1->order-1", "user-1->redis-cache"), late=0.4),
    Disturbance(spec=_of("kill_waiting", "order-2"), lost=0.3),
    Disturbance(spec=_on("killed_holding", "order-2->payment-1"), lost=0.3),
    Disturbance(spec=_of("mail_script", "mailbox"), mails_again=True),
    Disturbance(spec=_of("poison", "rabbitmq"), lost=0.0),
    Disturbance(spec=_of("provider_script", "payment-provider"), late=0.3),
    Disturbance(spec=_of("redelivery", "order-1"), lost=0.2),
    Disturbance(spec=_of("giving_back", "rabbitmq"), late=0.3),
    Disturbance(spec=_of("queue_deleted", "rabbitmq"), lost=0.0),
    Disturbance(spec=_of("deadlock", "mysql"), late=0.2),
    Disturbance(spec=_of("read_only", "mysql"), refused=0.4),
)
"""One of each kind, and several of the commonest."""
