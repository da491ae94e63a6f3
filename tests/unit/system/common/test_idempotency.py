from hypothesis import given
from hypothesis import strategies as st

from system.common.idempotency import fingerprint, order_id


def test_one_key_of_one_user_is_one_order() -> None:
    assert order_id("user-1", "key") == order_id("user-1", "key")
    assert len({order_id("user-1", "key"), order_id("user-2", "key"), order_id("user-1", "other")}) == 3


@given(st.lists(st.text()), st.lists(st.text()))
def test_two_contents_share_a_fingerprint_only_if_they_are_the_same(left: list[str], right: list[str]) -> None:
    assert (fingerprint(left) == fingerprint(right)) == (left == right)


def test_moving_text_across_a_boundary_changes_the_fingerprint() -> None:
    assert fingerprint(["ab", "c"]) != fingerprint(["a", "bc"])
