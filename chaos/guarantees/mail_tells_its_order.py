"""Confirmations are compared with their order: to its buyer, about its lines and total, after its payment was captured.

`mail_once_per_paid_order` counts mails; this one reads them. The buyer's address is the account's, as the user service has it.
Times are those of the two sandboxes, which run on one machine's monotonic clock.
"""

import re
from collections.abc import Iterable

from chaos.guarantees import reading
from chaos.observations import identity
from chaos.observations.orders import OrderRow
from chaos.observations.outside import Kind, Message
from chaos.observations.stock import LineRow
from harness.history import History
from harness.verdict import Finding, Violation, guarantee

AMOUNT = r"(-?[\d,]+(?:\.\d+)?) ([A-Z]{3})"
LINE = re.compile(rf"^(\d+) x (.+)\n\s+{AMOUNT} each, {AMOUNT}$", re.MULTILINE)
TOTAL = re.compile(rf"^Total:?\s+{AMOUNT}$", re.MULTILINE)
"""How the shop's mail states a line and the total, in plain text and in the text of the HTML."""


@guarantee
def mail_tells_its_order(history: History) -> Finding:
    """A confirmation goes to the order's buyer, states its lines and total, and comes after its payment was captured."""
    mails = [message for message in reading.mails(history) if message.to]
    if not mails:
        return Finding(judged=0)
    orders = {row.id: row for row in reading.orders(history)}
    lines: dict[str, list[LineRow]] = {}
    for line in reading.order_items(history):
        lines.setdefault(line.order_id, []).append(line)
    addresses = {row.id: row.email for row in reading.users(history)}
    readdressed = {str(each.input.get("user_id")) for each in history.named(identity.CHANGE_ACCOUNT)}
    captured: dict[str, float] = {}
    for entry in reading.ledger(history):
        if entry.kind is Kind.CAPTURE and entry.at_monotonic is not None:
            captured[entry.reference] = min(captured.get(entry.reference, entry.at_monotonic), entry.at_monotonic)
    found: list[tuple[Message, str]] = []
    for mail in mails:
        row = orders.get(mail.order_id or "")
        if row is None:
            found.append((mail, "is about no order that exists"))
            continue
        buyer = addresses.get(row.user_id, "") if row.user_id not in readdressed else ""
        if buyer and mail.to.casefold() != buyer.casefold():
            found.append((mail, f"was sent to {mail.to}, but its buyer is {buyer}"))
        found += [(mail, what) for what in _content(mail, row, lines.get(row.id, []))]
        if mail.at_monotonic is not None and mail.at_monotonic < captured.get(row.id, 0.0):
            found.append((mail, f"came {captured[row.id] - mail.at_monotonic:.3f} s before its payment was captured"))
    return Finding(
        judged=len(mails),
        violations=tuple(
            Violation(
                what=f"the confirmation {mail.message_id} of order {mail.order_id} {what}", facts={"order_id": mail.order_id}
            )
            for mail, what in found
        ),
        counts={"mails whose text was read": sum(mail.text is not None for mail in mails)},
    )


def _content(mail: Message, row: OrderRow, lines: Iterable[LineRow]) -> Iterable[str]:
    if row.id[:8].upper() not in mail.subject.upper():
        yield f"has the subject {mail.subject!r}"
    total = (str(row.total_minor), row.currency or "")
    for body in filter(None, (mail.text, mail.html_text)):
        if row.id not in body:
            yield "does not state the order's id"
        if (stated := [_amount(*each) for each in TOTAL.findall(body)]) != [total]:
            said = " and ".join(" ".join(each) for each in stated) or "nothing"
            yield f"states a total of {said}, which is {' '.join(total)}"
    if mail.text is None:
        return
    due = sorted(_due(line) for line in lines)
    stated_lines = sorted(_stated(*each) for each in LINE.findall(mail.text))
    if due != stated_lines and all(line.unit_price_minor is not None for line in lines):
        yield f"states the lines {'; '.join(stated_lines) or 'nothing'}, which are {'; '.join(due)}"


def _due(line: LineRow) -> str:
    price, name = line.unit_price_minor or 0, " ".join((line.name or "").split())
    return f"{line.quantity} {name} at {price} {line.currency}, {price * line.quantity} {line.currency}"


def _stated(quantity: str, name: str, unit: str, currency: str, total: str, of: str) -> str:
    each, whole = _amount(unit, currency), _amount(total, of)
    return f"{quantity} {name} at {each[0]} {each[1]}, {whole[0]} {whole[1]}"


def _amount(number: str, currency: str) -> tuple[str, str]:
    """Minor units and currency of an amount as people read it, e.g. `1,234.50 EUR`, whatever its currency's exponent."""
    digits = re.sub(r"[,.]", "", number)
    return str(int(digits)), currency
