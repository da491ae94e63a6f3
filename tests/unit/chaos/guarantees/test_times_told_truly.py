"""Times in answers are converted by the offsets of the clocks, and lie within what was asked and answered."""

from datetime import UTC, datetime, timedelta
from itertools import count

from chaos.guarantees.times_told_truly import times_told_truly
from chaos.observations import identity
from chaos.observations.clocks import CLOCKS
from harness.history import Recorder, Row
from harness.verdict import Outcome, Verdict
from tests.unit.chaos.shop_history import ShopHistory

BEGIN = datetime(2026, 11, 22, 12, tzinfo=UTC)
OFFSET_NS = round(BEGIN.timestamp() * 1e9)


class Timed(ShopHistory):
    """Something happens every second."""

    def __init__(self) -> None:
        super().__init__()
        self.recorder = Recorder(self, clock=count(0, 1_000_000_000).__next__)
        self.rows[CLOCKS] = [{"clock": name, "offset_ns": OFFSET_NS, "error_ns": 1000} for name in ("this machine", "mysql")]

    def orders(self, made_s: float, changed_s: float = 0.0) -> None:
        """An order is asked for at 0 s and answered at 1 s."""
        said: Row = {"id": "o", "status": "RESERVED", "created_at": at(made_s), "updated_at": at(changed_s or made_s)}
        self.asks("o").answered(201, said)

    def logs_in(self, ends_s: float, refresh_s: float) -> None:
        said: Row = {"expires_at": at(ends_s), "refresh_expires_at": at(refresh_s)}
        sent: Row = {"user_id": "u", "session": "s", "at": "gateway-1"}
        self.recorder.invoke("u", identity.LOG_IN, sent).answered(200, said)

    def verdict(self) -> Verdict:
        return times_told_truly.verdict(self.done())


def at(seconds: float) -> str:
    return (BEGIN + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


def test_what_was_made_when_it_was_asked_for_passes() -> None:
    shop = Timed()
    shop.orders(0.5, 0.9)
    shop.logs_in(2 + 900, 2 + 14 * 86400)
    assert (shop.verdict().outcome, shop.verdict().counts["judged"]) == (Outcome.PASS, 4)


def test_another_time_zone_fails() -> None:
    shop = Timed()
    shop.orders(3600.5)
    assert "told created_at that is 3598.0 s off" in shop.verdict().evidence[0].what


def test_changed_before_it_was_made_fails() -> None:
    shop = Timed()
    shop.orders(0.5, -60)
    assert "updated_at" in shop.verdict().evidence[0].what


def test_tokens_that_last_too_long_or_too_short_fail() -> None:
    for ends_s, refresh_s in ((9000, 14 * 86400), (90, 14 * 86400), (900, 14 * 3600), (900, 15 * 86400)):
        shop = Timed()
        shop.logs_in(ends_s, refresh_s)
        assert len(shop.verdict().evidence) == 1


def test_a_run_without_clocks_proves_nothing() -> None:
    shop = Timed()
    shop.rows[CLOCKS] = []
    shop.orders(0.5)
    assert shop.verdict().outcome is Outcome.VACUOUS
