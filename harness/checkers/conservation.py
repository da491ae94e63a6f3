"""Conservation: what was put into an account is what it holds, by its append-only ledger and by its rows.

An account (a product, a wallet) holds units in buckets (available, reserved, sold). A ledger entry moves units
between two buckets, or between a bucket and the world outside. Nothing appears, vanishes or changes bucket without
an entry.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from harness.verdict import Finding, Violation

OUTSIDE = "outside"
"""The bucket of units that are not in the account."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """A ledger entry: `quantity` units of `account` from one bucket to another; negative moves them back.

    `reference` and `operations` identify the entry and the operations that led to it in the evidence.
    """

    account: str
    source: str
    target: str
    quantity: int
    reference: str = ""
    operations: tuple[int, ...] = ()


def replay(transfers: Iterable[Transfer]) -> dict[str, dict[str, int]]:
    """Units per account and bucket after all transfers; OUTSIDE counts what left, so that each account sums to 0."""
    balances: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for transfer in transfers:
        balances[transfer.account][transfer.source] -= transfer.quantity
        balances[transfer.account][transfer.target] += transfer.quantity
    return {account: dict(buckets) for account, buckets in balances.items()}


def put_in(transfers: Iterable[Transfer]) -> dict[str, int]:
    """Units per account that came from OUTSIDE, less those that went back."""
    return {account: -buckets.get(OUTSIDE, 0) for account, buckets in replay(transfers).items()}


def conserved(transfers: Iterable[Transfer], held: Mapping[str, Mapping[str, int]]) -> Finding:
    """Judge that `held`, the units per account and bucket that the rows show, is what the ledger adds up to.

    Judges every account found in either; one violation per account that differs.
    """
    ledger = replay(transfers)
    accounts = sorted(ledger.keys() | held.keys())
    violations = []
    for account in accounts:
        expected = {bucket: units for bucket, units in ledger.get(account, {}).items() if bucket != OUTSIDE}
        actual = held.get(account, {})
        buckets = sorted(expected.keys() | actual.keys())
        if any(expected.get(bucket, 0) != actual.get(bucket, 0) for bucket in buckets):
            violations.append(_difference(account, expected, actual, buckets))
    return Finding(judged=len(accounts), violations=tuple(violations))


def _difference(account: str, expected: Mapping[str, int], actual: Mapping[str, int], buckets: Iterable[str]) -> Violation:
    kept = list(buckets)
    ledger = {bucket: expected.get(bucket, 0) for bucket in kept}
    rows = {bucket: actual.get(bucket, 0) for bucket in kept}
    total = sum(ledger.values())
    shown = " + ".join(f"{bucket} {units}" for bucket, units in rows.items())
    return Violation(
        what=f"{account}: {total} put in, the rows hold {shown} = {sum(rows.values())}; by the ledger "
        + ", ".join(f"{bucket} {units}" for bucket, units in ledger.items()),
        facts={"account": account, "put_in": total, "ledger": dict(ledger), "rows": dict(rows)},
    )
