"""What each toxic does to a stream, in virtual time."""

import asyncio
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.proxy import toxics  # noqa: F401 - registers them
from harness.proxy.toxic import TYPES, Toxic
from harness.proxy.toxics.bandwidth import Bandwidth
from harness.proxy.toxics.latency import Latency
from harness.proxy.toxics.limit_data import LimitData
from harness.proxy.toxics.noop import Noop
from harness.proxy.toxics.reset_peer import ResetPeer
from harness.proxy.toxics.slicer import Slicer
from harness.proxy.toxics.slow_close import SlowClose
from harness.proxy.toxics.stall import Stall
from harness.proxy.toxics.timeout import Timeout
from tests.unit.harness.proxy.virtual_time import END, Bench, placed, play, run


def test_the_eight_types_of_toxiproxy_and_one_of_ours() -> None:
    assert sorted(TYPES) == [
        *("bandwidth", "latency", "limit_data", "noop", "reset_peer", "slicer", "slow_close", "stall", "timeout"),
    ]


def test_noop_changes_nothing() -> None:
    bench = run(play(Noop(), [(1, b"a"), (2, b"b"), (3, END)]))
    assert (bench.out.pieces, bench.out.ended) == ([(1, b"a"), (2, b"b")], 3)


class TestLatency:
    def test_each_piece_is_late_by_as_much_however_many_there_are_on_the_way(self) -> None:
        bench = run(play(Latency(latency=100), [(1, b"a"), (1.001, b"b"), (1.05, b"c")]))
        assert [(round(time, 3), data) for time, data in bench.out.pieces] == [(1.1, b"a"), (1.101, b"b"), (1.15, b"c")]

    def test_the_end_comes_after_the_data_and_is_not_late_itself(self) -> None:
        assert run(play(Latency(latency=100), [(1, b"a"), (1, END)])).out.ended == pytest.approx(1.1)
        assert run(play(Latency(latency=100), [(1, b"a"), (2, END)])).out.ended == 2

    def test_jitter_spreads_around_the_latency(self) -> None:
        bench = run(play(Latency(latency=50, jitter=20), [(second, b"x") for second in range(500)]))
        delays = [round(time % 1 * 1000) for time in bench.out.times]
        assert min(delays) >= 30
        assert max(delays) < 70
        assert median(delays) == pytest.approx(50, abs=5)

    def test_jitter_replays_from_its_seed_and_from_no_other(self) -> None:
        script = [(second, b"x") for second in range(20)]
        first, again, other = (run(play(Latency(50, 20), script, seed=seed)).out.times for seed in (7, 7, 8))
        assert first == again != other

    def test_a_quick_piece_does_not_overtake_a_slow_one(self) -> None:
        bench = run(play(Latency(50, 50), [(number / 1000, bytes([number])) for number in range(50)]))
        assert bench.out.data == bytes(range(50))

    @pytest.mark.parametrize("toxic", [Latency(), Latency(-100), Latency(0, -5)])
    def test_no_latency_is_no_delay(self, toxic: Latency) -> None:
        assert run(play(toxic, [(1, b"a")])).out.times == [1]


class TestBandwidth:
    @pytest.mark.parametrize(("rate", "size"), [(1, 1000), (100, 100_000), (1000, 64), (7, 12_345)])
    def test_the_rate_is_kept_in_thousands_of_bytes(self, rate: int, size: int) -> None:
        bench = run(play(Bandwidth(rate), [(1, bytes(size))]))
        assert bench.out.times[-1] - 1 == pytest.approx(size / rate / 1000, abs=0.002)
        assert len(bench.out.data) == size

    def test_there_is_no_burst_after_a_silence(self) -> None:
        bench = run(play(Bandwidth(10), [(1, bytes(100)), (100, bytes(10_000))]))
        arrived = sum(len(data) for time, data in bench.out.pieces if 100 <= time < 100.5)
        assert arrived == pytest.approx(5000, abs=200)

    def test_two_pieces_share_the_rate(self) -> None:
        assert run(play(Bandwidth(1), [(1, bytes(500)), (1, bytes(500))])).out.times[-1] == pytest.approx(2, abs=0.002)

    def test_rate_0_passes_nothing_and_loses_nothing(self) -> None:
        bench = run(play(Bandwidth(), [(1, b"a"), (2, END)], until=100))
        assert (bench.out.pieces, bench.out.ended) == ([], None)

    def test_an_idle_stream_can_end_even_at_rate_0(self) -> None:
        assert run(play(Bandwidth(), [(2, END)])).out.ended == 2

    def test_a_negative_rate_is_refused(self) -> None:
        with pytest.raises(ValueError, match="negative"):
            Bandwidth(-1)


class TestSlowClose:
    def test_only_the_end_is_late(self) -> None:
        bench = run(play(SlowClose(delay=200), [(1, b"a"), (2, b"b"), (3, END)]))
        assert bench.out.times == [1, 2]
        assert bench.out.ended == pytest.approx(3.2)


class TestTimeout:
    def test_data_vanishes_and_silence_ends_the_stream(self) -> None:
        bench = run(play(Timeout(timeout=100), [(0.05, b"ab"), (0.12, b"c")]))
        assert bench.out.ended == pytest.approx(0.22, abs=0.002)
        assert (bench.out.pieces, bench.flow.dropped) == ([], 3)

    def test_it_never_ends_too_early(self) -> None:
        assert run(play(Timeout(timeout=100), [])).out.ended >= 0.1

    def test_0_waits_for_ever(self) -> None:
        bench = run(play(Timeout(), [(1, b"a")]))
        assert (bench.out.ended, bench.flow.dropped) == (None, 1)

    def test_the_end_of_the_source_is_passed_on_at_once(self) -> None:
        assert run(play(Timeout(timeout=5000), [(1, END)])).out.ended == 1


class TestStall:
    def test_neither_data_nor_the_end_passes_and_nothing_is_dropped(self) -> None:
        async def work() -> tuple[Bench, int, int]:
            bench = Bench(Stall())
            for data in (b"ab", b"cd"):
                bench.stage.receive(data)
                await asyncio.sleep(1000)
            bench.stage.end()
            await asyncio.sleep(1000)
            return bench, bench.stage.held, bench.flow.dropped

        bench, held, dropped = run(work())
        assert (bench.out.pieces, bench.out.ended, held, dropped) == ([], None, 4, 0)

    def test_removal_releases_all_of_it_in_order_with_the_end_last(self) -> None:
        async def work() -> Bench:
            bench = Bench(Stall())
            bench.stage.receive(b"ab")
            bench.stage.receive(b"cd")
            bench.stage.end()
            await asyncio.sleep(5)
            bench.stage.remove()
            await asyncio.sleep(5)
            return bench

        bench = run(work())
        assert (bench.out.pieces, bench.out.ended) == ([(5, b"ab"), (5, b"cd")], 5)
        assert (bench.effect.bytes, bench.effect.released, bench.effect.ends, bench.effect.closed) == (4, 4, 1, 0)

    def test_a_change_of_its_toxicity_releases_nothing(self) -> None:
        async def work() -> Bench:
            bench = Bench(Stall())
            bench.stage.receive(b"ab")
            bench.stage.update(placed(Stall(), toxicity=0.9))
            await asyncio.sleep(5)
            assert (bench.out.pieces, bench.effect.released) == ([], 0)
            bench.stage.receive(b"cd")
            bench.stage.remove()
            return bench

        assert run(work()).out.data == b"abcd"

    def test_what_is_held_when_the_connection_closes_is_dropped(self) -> None:
        bench = run(play(Stall(), [(1, b"abc"), (2, END)]))
        assert (bench.out.pieces, bench.out.ended, bench.flow.dropped, bench.effect.released) == ([], None, 3, 0)

    def test_the_source_is_not_read_while_it_holds_as_much_as_it_may(self) -> None:
        async def work() -> Bench:
            bench = Bench(Stall())
            bench.stage.receive(bytes(Stall.capacity))
            assert bench.stops == [True]
            bench.stage.remove()
            return bench

        assert run(work()).stops == [True, False]


class TestResetPeer:
    @pytest.mark.parametrize("first", [b"data", END])
    def test_the_first_data_or_end_starts_the_clock(self, first: bytes | None) -> None:
        bench = run(play(ResetPeer(timeout=100), [(5, first)]))
        assert bench.out.reset == pytest.approx(5.1)
        assert bench.out.pieces == []

    def test_a_silent_stream_is_left_alone(self) -> None:
        assert run(play(ResetPeer(), [])).out.reset is None

    def test_0_is_at_once(self) -> None:
        assert run(play(ResetPeer(), [(5, b"a"), (6, b"b")])).out.reset == 5


class TestSlicer:
    def test_pieces_are_near_the_average_and_none_is_a_mere_rest(self) -> None:
        data = bytes(range(256)) * 40
        bench = run(play(Slicer(average_size=100, size_variation=20), [(1, data)]))
        sizes = [len(piece) for _, piece in bench.out.pieces]
        assert bench.out.data == data
        assert min(sizes) >= 40
        assert max(sizes) <= 120
        assert median(sizes) == pytest.approx(85, abs=25)

    def test_there_is_a_delay_after_every_piece(self) -> None:
        bench = run(play(Slicer(average_size=10, delay=5000), [(1, bytes(40)), (1, bytes(10))]))
        assert bench.out.times == [1, 1.005, 1.01, 1.015, 1.02]

    def test_sizes_replay_from_their_seed(self) -> None:
        first, again, other = (
            [len(piece) for _, piece in run(play(Slicer(100, 50), [(1, bytes(9999))], seed=seed)).out.pieces]
            for seed in (7, 7, 8)
        )
        assert first == again != other

    @pytest.mark.parametrize("toxic", [{}, {"average_size": -1}, {"average_size": 1, "size_variation": -1}])
    def test_what_crashes_the_real_server_is_refused(self, toxic: dict[str, int]) -> None:
        with pytest.raises(ValueError, match=r"average_size|size_variation"):
            Slicer(**toxic)

    @given(st.integers(1, 50), st.integers(0, 80), st.integers(1, 2000))
    def test_any_sizes_come_to_an_end_and_keep_every_byte(self, average: int, variation: int, size: int) -> None:
        data = bytes(number % 251 for number in range(size))
        assert run(play(Slicer(average, variation), [(1, data)])).out.data == data


class TestLimitData:
    def test_exactly_so_many_bytes_then_the_end(self) -> None:
        bench = run(play(LimitData(bytes=5), [(1, b"abc"), (2, b"defg"), (3, b"h")]))
        assert (bench.out.data, bench.out.ended, bench.flow.dropped) == (b"abcde", 2, 3)

    def test_a_limit_that_is_just_met_ends_the_stream(self) -> None:
        assert run(play(LimitData(bytes=3), [(1, b"abc")])).out.ended == 1

    def test_0_ends_with_the_first_data_and_not_before(self) -> None:
        bench = run(play(LimitData(), [(7, b"abc")]))
        assert (bench.out.pieces, bench.out.ended) == ([], 7)

    def test_a_source_that_ends_before_ends_the_stream(self) -> None:
        assert run(play(LimitData(bytes=9), [(1, b"abc"), (2, END)])).out.ended == 2


_TOXICS = st.sampled_from(
    [
        *(Noop(), Latency(30, 30), Bandwidth(1), SlowClose(500), Timeout(400)),
        *(Slicer(3, 2, 100), LimitData(40), ResetPeer(90), Stall()),
    ]
)
_PIECES = st.lists(st.tuples(st.integers(0, 300), st.binary(min_size=1, max_size=30)), max_size=15)


@given(_TOXICS, _PIECES)
def test_whatever_comes_out_is_the_beginning_of_what_came_in_and_every_byte_is_accounted_for(
    toxic: Toxic, pieces: list[tuple[int, bytes]]
) -> None:
    script: list[tuple[float, bytes | None]] = [(at / 1000, data) for at, data in sorted(pieces, key=lambda piece: piece[0])]
    bench = run(play(toxic, [*script, (0.3, END)]))
    sent = b"".join(data for _, data in script if data is not END)
    assert sent.startswith(bench.out.data)
    assert len(bench.out.data) + bench.flow.dropped == len(sent)
    assert bench.effect.bytes + bench.flow.dropped >= len(sent)
