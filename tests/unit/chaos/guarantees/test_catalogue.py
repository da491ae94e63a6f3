"""The names of the guarantees are API."""

from chaos.guarantees import GUARANTEES, fuzzed
from harness.fuzz.judging import FuzzGuarantee


def test_every_file_is_found_by_itself() -> None:
    names = {guarantee.name for guarantee in GUARANTEES}
    assert names >= {
        "no_oversell",
        "stock_conserved",
        "acknowledged_orders_survive",
        "one_order_per_key",
        "legal_transitions",
        "charged_at_most_once",
        "paid_iff_captured",
        "mail_once_per_paid_order",
        "sagas_terminate",
        "honest_errors",
        "lock_exclusive_and_fenced",
        "recovers",
        "stale_tokens_rejected",
        "private_to_owner",
    }
    assert len(names) == len(GUARANTEES)


def test_each_lives_in_the_file_of_its_name() -> None:
    for guarantee in GUARANTEES:
        if isinstance(guarantee, FuzzGuarantee):  # one for each part of `gauntlet fuzz`, all judged alike
            assert getattr(fuzzed, guarantee.name) is guarantee
        else:
            assert guarantee.judge.__module__ == f"chaos.guarantees.{guarantee.name}"
