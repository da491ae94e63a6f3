"""No overdraw: no bucket is ever below 0, and no use exceeds what was put in.

A correct final balance does not exclude a negative one before, so the ledger is replayed entry by entry.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from harness.checkers.conservation import OUTSIDE, Transfer
from harness.verdict import Finding, Violation


def never_overdrawn(transfers: Iterable[Transfer]) -> Finding:
    """Judge every transfer, in ledger order: it leaves no bucket but OUTSIDE below zero."""
    balances: dict[tuple[str, str], int] = defaultdict(int)
    violations = []
    judged = 0
    for transfer in transfers:
        judged += 1
        balances[transfer.account, transfer.source] -= transfer.quantity
        balances[transfer.account, transfer.target] += transfer.quantity
        taken_from = transfer.source if transfer.quantity > 0 else transfer.target
        left = balances[transfer.account, taken_from]
        if taken_from != OUTSIDE and left < 0:
            violations.append(
                Violation(
                    what=f"{transfer.account}: {taken_from} fell to {left} by entry {transfer.reference or judged}",
                    operations=transfer.operations,
                    facts={"account": transfer.account, "bucket": taken_from, "left": left, "entry": judged},
                )
            )
    return Finding(judged=judged, violations=tuple(violations))


def within(used: Mapping[str, int], limit: Mapping[str, int], *, use: str, of: str) -> Finding:
    """Judge that no account uses more than its limit; an account without a limit has 0.

    `use` and `of` name both sides in the evidence, e.g. "units reserved + sold" and "units put in".
    """
    violations = tuple(
        Violation(
            what=f"{account}: {units} {use}, more than the {limit.get(account, 0)} {of}",
            facts={"account": account, "used": units, "limit": limit.get(account, 0)},
        )
        for account, units in sorted(used.items())
        if units > limit.get(account, 0)
    )
    return Finding(judged=len(used), violations=violations)
