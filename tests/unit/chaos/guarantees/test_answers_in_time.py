"""Each operation has the time of the calls behind it, and some for the network."""

from itertools import count

import pytest

from chaos.guarantees.answers_in_time import BOUNDS_S, NETWORK_S, answers_in_time
from harness.history import Recorder
from harness.verdict import Outcome
from tests.unit.chaos.shop_history import ShopHistory


@pytest.mark.parametrize("operation", BOUNDS_S)
def test_as_long_as_the_calls_may_take_and_no_longer(operation: str) -> None:
    for extra_s, expected in ((-0.1, Outcome.PASS), (0.1, Outcome.FAIL)):
        shop = ShopHistory()
        took_ns = round((BOUNDS_S[operation] + NETWORK_S + extra_s) * 1e9)
        shop.recorder = Recorder(shop, clock=count(0, took_ns).__next__)
        shop.recorder.invoke("somebody", operation, {}).answered(503, {})
        assert answers_in_time.verdict(shop.done()).outcome is expected
