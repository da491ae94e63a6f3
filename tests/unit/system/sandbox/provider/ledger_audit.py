"""An independent reading of the provider's ledger, from its entries alone: what is wrong with it?"""

from collections import Counter
from collections.abc import Sequence

from system.sandbox.provider.book import LedgerEntry
from system.sandbox.provider.domain import EntryKind

FINAL_AFTER = {
    EntryKind.AUTHORIZE: {EntryKind.CAPTURE, EntryKind.VOID, EntryKind.DECLINE},
    EntryKind.CAPTURE: {EntryKind.REFUND},
}


def violations(ledger: Sequence[LedgerEntry]) -> list[str]:
    """Return a sentence per broken promise, in the order of the ledger."""
    found: list[str] = []
    last: dict[str, LedgerEntry] = {}
    keys: Counter[str] = Counter()
    for place, entry in enumerate(ledger, start=1):
        if entry.seq != place:
            found.append(f"entry {place} has seq {entry.seq}")
        before = last.get(entry.payment_id)
        allowed = {EntryKind.AUTHORIZE} if before is None else FINAL_AFTER.get(before.kind, set())
        if entry.kind not in allowed:
            found.append(f"{entry.payment_id}: {entry.kind} after {before.kind if before else 'nothing'}")
        if before is not None:
            found += _money(before, entry)
        last[entry.payment_id] = entry
        if entry.idempotency_key is not None:
            keys[entry.idempotency_key] += 1
    return found + [f"key {key} had {count} effects" for key, count in keys.items() if count > 1]


def _money(before: LedgerEntry, entry: LedgerEntry) -> list[str]:
    if entry.amount.currency != before.amount.currency:
        return [f"{entry.payment_id}: {entry.kind} in another currency"]
    if entry.kind is EntryKind.REFUND and entry.amount != before.amount:
        return [f"{entry.payment_id}: refunded {entry.amount.minor_units} of {before.amount.minor_units}"]
    if entry.amount.minor_units > before.amount.minor_units:
        return [f"{entry.payment_id}: {entry.kind} of more than there was"]
    return []
