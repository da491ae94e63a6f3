"""Confirmations are compared with their order: to its buyer, about its lines and total, after its payment was captured.

`mail_once_per_paid_order` counts mails; this one reads them. The buyer's address is the account's, as the user service has
it; of who changed it, any that the account ever had.
Times are those of the two sandboxes, which run on one machine's monotonic clock.
"""

import re
from collections.abc import Iterable, Mapping

from chaos.guarantees import reading
from chaos.guarantees.reading import inputs
from chaos.guarantees.registers import ADDRESS
from chaos.observations import identity
from chaos.observations.orders import OrderRow
from chaos.observations.outside import Kind, Message
from chaos.observations.stock import LineRow
from harness.history import Ending, History
from harness.verdict import Finding, Violation, guarantee

AMOUNT = r"(-?[\d,]+(?:\.\d+)?) ([A-Z]{3})"
LINE = re.compile(rf"^(\d+) x (.+)\n\s+{AMOUNT} each, {AMOUNT}$", re.MULTILINE)
HTML_LINE = re.compile(rf"^(.+)\n(\d+) \u00d7 {AMOUNT}\n{AMOUNT}$", re.MULTILINE)
GREETING = re.compile(r"^Thank you(?:, (.+))?!$", re.MULTILINE)
TOTAL = re.compile(rf"^Total:?\s+{AMOUNT}$", re.MULTILINE)
"""How the shop's mail states a line, whom it greets, and the total, in plain text and in the text of the HTML."""


@guarantee
def mail_tells_its_order(history: History) -> Finding:
    """A confirmation goes to the order's buyer, states its lines and total, and comes after its payment was captured."""
    mails = [message for message in reading.mails(history) if message.to]
    if not mails:
        return Finding(judged=0, counts={"mails whose text was read": 0})
    orders = {row.id: row for row in reading.orders(history)}
    lines: dict[str, list[LineRow]] = {}
    for line in reading.order_items(history):
        lines.setdefault(line.order_id, []).append(line)
    addresses = _addresses(history)
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
        buyer = addresses.get(row.user_id, frozenset())
        if buyer and mail.to.casefold() not in buyer:
            found.append((mail, f"was sent to {mail.to}, but its buyer is {' or '.join(sorted(buyer))}"))
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


def _addresses(history: History) -> Mapping[str, frozenset[str]]:
    """By user, the addresses that the account has or had, in lower case; none where one is not known."""
    found = {row.id: {row.email.casefold()} for row in reading.users(history) if row.email}
    for operation, shown in inputs(history, identity.Shown, identity.CHANGE_ACCOUNT):
        if ADDRESS in shown.what and operation.ending is not Ending.FAIL:
            found.setdefault(shown.user_id, set()).add(shown.value.casefold())
    for operation, login in inputs(history, identity.LogIn, identity.LOG_IN):
        if login.email and operation.ok:
            found.setdefault(login.user_id, set()).add(login.email.casefold())
    return {user: frozenset(each) for user, each in found.items() if "" not in each}


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
        if (greeted := GREETING.findall(body)) != [_one_line(row.recipient)]:
            yield f"greets {' and '.join(greeted) or 'nobody'}, where {row.recipient} is the recipient"
    if not all(line.unit_price_minor is not None for line in lines):
        return
    due = sorted(_due(line) for line in lines)
    plain = [_stated(*each) for each in LINE.findall(mail.text or "")]
    marked_up = [_stated(units, name, *amounts) for name, units, *amounts in HTML_LINE.findall(mail.html_text or "")]
    for text, stated_lines in ((mail.text, sorted(plain)), (mail.html_text, sorted(marked_up))):
        if text and due != stated_lines:
            yield f"states the lines {'; '.join(stated_lines) or 'nothing'}, which are {'; '.join(due)}"


def _due(line: LineRow) -> str:
    price, name = line.unit_price_minor or 0, _one_line(line.name or "")
    return f"{line.quantity} {name} at {price} {line.currency}, {price * line.quantity} {line.currency}"


def _stated(quantity: str, name: str, unit: str, currency: str, total: str, of: str) -> str:
    each, whole = _amount(unit, currency), _amount(total, of)
    return f"{quantity} {name} at {each[0]} {each[1]}, {whole[0]} {whole[1]}"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _amount(number: str, currency: str) -> tuple[str, str]:
    """Minor units and currency of an amount as people read it, e.g. `1,234.50 EUR`, whatever its currency's exponent."""
    digits = re.sub(r"[,.]", "", number)
    return str(int(digits)), currency
