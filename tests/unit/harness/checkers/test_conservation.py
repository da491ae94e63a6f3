"""What the ledger adds up to is what the rows hold."""

from hypothesis import given
from hypothesis import strategies as st

from harness.checkers import OUTSIDE, Transfer, conserved, put_in, replay

PUT = Transfer("p", OUTSIDE, "available", 10)
RESERVE = Transfer("p", "available", "reserved", 3)


def test_equal_is_kept() -> None:
    finding = conserved([PUT, RESERVE], {"p": {"available": 7, "reserved": 3, "sold": 0}})
    assert (finding.judged, finding.violations) == (1, ())


def test_a_unit_lost_from_the_rows_is_found() -> None:
    (violation,) = conserved([PUT, RESERVE], {"p": {"available": 6, "reserved": 3}}).violations
    assert violation.what == "p: 10 put in, the rows hold available 6 + reserved 3 = 9; by the ledger available 7, reserved 3"
    assert violation.facts["put_in"] == 10


def test_a_unit_in_the_wrong_bucket_is_found_though_the_sum_agrees() -> None:
    assert conserved([PUT, RESERVE], {"p": {"available": 8, "reserved": 2}}).violations


def test_an_account_that_only_one_side_knows_is_found() -> None:
    assert conserved([PUT], {}).violations
    assert conserved([], {"p": {"available": 1}}).violations
    assert not conserved([], {"p": {"available": 0}}).violations


def test_every_account_is_reported() -> None:
    held = {name: {"available": 1} for name in ("a", "b", "c")}
    finding = conserved([Transfer("b", OUTSIDE, "available", 1)], held)
    assert [violation.facts["account"] for violation in finding.violations] == ["a", "c"]
    assert finding.judged == 3


def test_what_goes_out_again_was_not_put_in() -> None:
    assert put_in([PUT, RESERVE, Transfer("p", OUTSIDE, "available", -4)]) == {"p": 6}


BUCKETS = st.sampled_from([OUTSIDE, "available", "reserved", "sold"])
TRANSFERS = st.lists(st.builds(Transfer, st.sampled_from("pq"), BUCKETS, BUCKETS, st.integers(-5, 50)))


@given(TRANSFERS, st.data())
def test_replayed_rows_agree_and_one_unit_more_does_not(transfers: list[Transfer], data: st.DataObject) -> None:
    held = replay(transfers)
    assert all(sum(buckets.values()) == 0 for buckets in held.values())
    assert not conserved(transfers, {a: {b: n for b, n in h.items() if b != OUTSIDE} for a, h in held.items()}).violations
    if held:
        account = data.draw(st.sampled_from(sorted(held)))
        off = {a: {b: n for b, n in h.items() if b != OUTSIDE} for a, h in held.items()}
        off[account]["sold"] = off[account].get("sold", 0) + 1
        assert len(conserved(transfers, off).violations) == 1
