"""Who paid is told so, once; who did not is told nothing. Judged by what lies in the customers' mailbox.

SMTP cannot promise exactly once when a sender dies between the server's "250" and its own note of it; the mail is then
sent again under the same Message-ID and delivered once. So a second transmission is a breach unless something on that
way was broken on purpose.
"""

import re
from collections.abc import Iterable

from chaos.guarantees import joining, reading
from chaos.observations.orders import AT_THE_SHOP
from chaos.observations.outside import Message
from harness.checkers import Effect, exactly_once
from harness.history import FaultPhase, History
from harness.verdict import Finding, Violation, guarantee

ON_THE_WAY = frozenset({"notification", "mailbox", "mysql"})
"""Members whose faults can separate a mail's delivery from the note of it."""
NUMBER = re.compile(r"-\d+$")


@guarantee
def mail_once_per_paid_order(history: History) -> Finding:
    """Exactly one confirmation per paid order."""
    asked = joining.operations_by_order(history, *AT_THE_SHOP)
    paid = {row.id: asked.get(row.id, ()) for row in reading.orders(history) if row.status == "PAID"}
    messages = reading.mails(history)
    delivered = [Effect(message.order_id or message.message_id, message.message_id) for message in messages]
    finding = exactly_once(delivered, paid, kind="order", done="confirmation")
    again = [message for message in messages if message.transmissions > 1]
    return Finding(
        judged=finding.judged,
        violations=finding.violations + (() if _disturbed(history) else tuple(_sent_again(again))),
        counts={"orders PAID": len(paid), "mails": len(messages), "sent again": len(again)},
    )


def _disturbed(history: History) -> bool:
    """Whether a fault struck a member on the mail's way, or an edge of one."""
    struck = (fault.target.split("->") for fault in history.faults if fault.phase is FaultPhase.INJECT)
    return any(end in ON_THE_WAY or NUMBER.sub("", end) in ON_THE_WAY for ends in struck for end in ends)


def _sent_again(messages: Iterable[Message]) -> Iterable[Violation]:
    for message in messages:
        yield Violation(
            what=f"the confirmation of order {message.order_id} was sent {message.transmissions} times"
            " though nothing on its way was broken",
            facts={"message_id": message.message_id, "transmissions": message.transmissions},
        )
