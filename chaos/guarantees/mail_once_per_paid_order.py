"""Every paid order has exactly one confirmation in the mailbox; other orders have none.

SMTP cannot promise exactly once when a sender dies between the server's "250" and its own commit; the mail is then
sent again under the same Message-ID and delivered once. So a second transmission is a violation unless a fault was injected
on that path.
"""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from chaos.guarantees import joining, reading
from chaos.observations.orders import AT_THE_SHOP, ORDERS
from chaos.observations.outside import MAILBOX, Message
from chaos.observations.rest import ORDER_OUTBOX, PAYMENT_OUTBOX
from harness.checkers import Effect, exactly_once
from harness.history import Fault, FaultPhase, History
from harness.verdict import Finding, Violation, guarantee

ON_THE_WAY = ("notification-*", "mailbox", "mysql")
"""Members whose faults can separate a mail's delivery from its commit as sent."""
SENDERS, RECEIVERS = "notification-*", ("notification-*", "mailbox")
"""Callers and callees of the edges on that path."""

Paid = Mapping[str, tuple[int, ...]]
"""Ids of paid orders, with the operations on them."""


@guarantee
def mail_once_per_paid_order(history: History) -> Finding:
    """Exactly one confirmation per paid order."""
    asked = joining.operations_by_order(history, *AT_THE_SHOP)
    paid: Paid = {row.id: asked.get(row.id, ()) for row in reading.orders(history) if row.status == "PAID"}
    messages = reading.mails(history)
    delivered = [Effect(message.order_id or message.message_id, message.message_id) for message in messages]
    rested = reading.at_rest(history, ORDERS, MAILBOX)
    if not rested:
        paid, delivered = _settled(history, paid, delivered)
    finding = exactly_once(delivered, paid, kind="order", done="confirmation")
    again = [message for message in messages if message.transmissions > 1]
    finding = Finding(
        judged=finding.judged,
        violations=finding.violations + (() if _disturbed(history) else tuple(_sent_again(again))),
        counts={"orders PAID": len(paid), "mails": len(messages), "sent again": len(again)},
    )
    return reading.borne_out(finding, rested=rested)


def _settled(history: History, paid: Paid, delivered: Iterable[Effect]) -> tuple[Paid, list[Effect]]:
    """The part that can be judged when the shop did not come to rest.

    Orders that were PAID before the mailbox was read, and whose mail is there or in no outbox, queue or table any more: these
    are observed in the order in which a mail passes them, so one that is in none is lost.
    """
    kept = [effect for effect in delivered if effect.subject in paid]
    there = {effect.subject for effect in kept}
    messages = sum(row.messages for row in reading.queues(history))
    coming = messages or any(reading.outbox(history, subject) for subject in (ORDER_OUTBOX, PAYMENT_OUTBOX))
    unsent = {row.order_id for row in reading.confirmations(history) if row.state != "SENT"}
    return {order: asked for order, asked in paid.items() if order in there or not (coming or order in unsent)}, kept


def _disturbed(history: History) -> bool:
    """Whether a fault was injected into a member or an edge on the mail's path."""
    return any(fault.phase is FaultPhase.INJECT and _on_the_way(fault) for fault in history.faults)


def _on_the_way(fault: Fault) -> bool:
    edges = fault.spec.edges if fault.spec else ()
    return any(_fits(member, ON_THE_WAY) for member in fault.members) or any(
        _fits(edge.caller, (SENDERS,)) or _fits(edge.callee, RECEIVERS) for edge in edges
    )


def _fits(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _sent_again(messages: Iterable[Message]) -> Iterable[Violation]:
    for message in messages:
        yield Violation(
            what=f"the confirmation of order {message.order_id} was sent {message.transmissions} times"
            " though nothing on its way was broken",
            facts={"message_id": message.message_id, "transmissions": message.transmissions},
        )
