"""Changing and removing a toxic while bytes are in its hands."""

import asyncio
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.proxy.toxic import KIB, Pipe, Toxic
from harness.proxy.toxics.bandwidth import Bandwidth
from harness.proxy.toxics.latency import Latency
from harness.proxy.toxics.limit_data import LimitData
from harness.proxy.toxics.reset_peer import ResetPeer
from harness.proxy.toxics.slicer import Slicer
from harness.proxy.toxics.slow_close import SlowClose
from harness.proxy.toxics.stall import Stall
from harness.proxy.toxics.timeout import Timeout
from tests.unit.harness.proxy.virtual_time import Bench, placed, run


def test_removal_lets_go_of_what_is_held_at_once() -> None:
    async def work() -> Bench:
        bench = Bench(Latency(latency=5000))
        bench.stage.receive(b"ab")
        bench.stage.receive(b"cd")
        await asyncio.sleep(1)
        bench.stage.remove()
        return bench

    bench = run(work())
    assert (bench.out.pieces, bench.out.ended, bench.stage.held) == ([(1, b"ab"), (1, b"cd")], None, 0)


def test_an_update_lets_go_of_what_is_held_and_acts_on_what_comes() -> None:
    async def work() -> Bench:
        bench = Bench(Latency(latency=5000))
        bench.stage.receive(b"ab")
        await asyncio.sleep(1)
        bench.stage.update(placed(Latency(latency=9000)))
        bench.stage.receive(b"cd")
        await asyncio.sleep(10)
        return bench

    assert run(work()).out.times == [1, 10]


@pytest.mark.parametrize("toxic", [Bandwidth(1), Bandwidth(0), Slicer(10, 0, 1_000_000), ResetPeer(60_000)])
def test_a_piece_that_is_partly_through_loses_nothing(toxic: Toxic) -> None:
    async def work() -> Bench:
        bench = Bench(toxic)
        bench.stage.receive(bytes(range(200)))
        await asyncio.sleep(0.055)
        bench.stage.remove()
        await asyncio.sleep(1000)
        return bench

    bench = run(work())
    assert bench.out.data == bytes(range(200))
    assert bench.out.reset is None


def test_an_end_that_is_held_back_goes_on_with_removal() -> None:
    async def work() -> Bench:
        bench = Bench(SlowClose(delay=60_000))
        bench.stage.end()
        await asyncio.sleep(1)
        bench.stage.remove()
        await asyncio.sleep(100)
        return bench

    assert run(work()).out.ended == 1


def test_an_end_that_is_held_back_starts_anew_with_an_update() -> None:
    async def work() -> Bench:
        bench = Bench(SlowClose(delay=60_000))
        bench.stage.end()
        await asyncio.sleep(1)
        bench.stage.update(placed(SlowClose(delay=500)))
        await asyncio.sleep(100)
        return bench

    assert run(work()).out.ended == pytest.approx(1.5)


def test_removing_a_timeout_ends_the_stream() -> None:
    async def work() -> Bench:
        bench = Bench(Timeout())
        bench.stage.receive(b"lost")
        await asyncio.sleep(1)
        bench.stage.remove()
        return bench

    bench = run(work())
    assert (bench.out.ended, bench.out.pieces, bench.flow.dropped) == (1, [], 4)


def test_limit_data_counts_on_through_an_update() -> None:
    async def work() -> Bench:
        bench = Bench(LimitData(bytes=10))
        bench.stage.receive(b"abcd")
        await asyncio.sleep(1)
        bench.stage.update(placed(LimitData(bytes=6)))
        bench.stage.receive(b"efgh")
        await asyncio.sleep(1)
        return bench

    assert run(work()).out.data == b"abcdef"


def test_after_its_toxic_ended_the_stream_everything_is_dropped_and_nothing_revives_it() -> None:
    async def work() -> Bench:
        bench = Bench(LimitData(bytes=1))
        bench.stage.receive(b"abc")
        await asyncio.sleep(1)
        bench.stage.receive(b"def")
        bench.stage.update(placed(LimitData(bytes=100)))
        bench.stage.end()
        bench.stage.remove()
        await asyncio.sleep(1)
        return bench

    bench = run(work())
    assert (bench.out.data, bench.flow.dropped) == (b"a", 5)
    assert bench.effect.closed == 1


def test_it_says_when_it_holds_too_much_and_when_no_longer() -> None:
    async def work() -> Bench:
        bench = Bench(Bandwidth(100))
        bench.stage.receive(bytes(60 * KIB))
        assert bench.stops == []
        bench.stage.receive(bytes(10 * KIB))
        assert bench.stops == [True]
        await asyncio.sleep(10)
        return bench

    assert run(work()).stops == [True, False]


def test_many_small_pieces_are_too_much_by_the_memory_they_take() -> None:
    async def work() -> tuple[int, list[bool]]:
        bench = Bench(Stall())
        while not bench.stops and bench.stage.held < Stall.capacity:
            bench.stage.receive(b"x")
        held = bench.stage.held
        bench.stage.remove()
        return held, bench.stops

    held, stops = run(work())
    assert held <= Stall.capacity / 100
    assert stops == [True, False]


def test_effects_tell_what_came_through() -> None:
    async def work() -> Bench:
        bench = Bench(Latency(latency=10))
        bench.stage.receive(b"abc")
        bench.stage.end()
        await asyncio.sleep(1)
        return bench

    effect = run(work()).effect
    assert (effect.connections, effect.bytes, effect.ends, effect.closed) == (1, 3, 1, 0)


class _Broken(Toxic):
    async def act(self, pipe: Pipe) -> None:
        await pipe.arrival()
        raise RuntimeError("of its own making")


def test_a_toxic_that_fails_ends_the_stream_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    async def work() -> Bench:
        bench = Bench(_Broken())
        bench.stage.receive(b"abc")
        await asyncio.sleep(1)
        return bench

    with caplog.at_level(logging.ERROR):
        bench = run(work())
    assert bench.out.ended == 0
    assert "of its own making" in caplog.text


_STEPS = st.lists(
    st.one_of(
        st.binary(min_size=1, max_size=500),
        st.sampled_from(
            [Latency(300, 100), Bandwidth(1), Bandwidth(0), Slicer(7, 3, 20_000), SlowClose(100), Stall(), Latency()]
        ),
    ),
    max_size=25,
)


@given(_STEPS, st.integers(1, 400))
def test_no_sequence_of_changes_loses_or_reorders_a_byte(steps: list[bytes | Toxic], pause_ms: int) -> None:
    async def work() -> Bench:
        bench = Bench(Latency(200))
        for step in steps:
            await asyncio.sleep(pause_ms / 1000)
            if isinstance(step, bytes):
                bench.stage.receive(step)
            else:
                bench.stage.update(placed(step))
        bench.stage.remove()
        return bench

    bench = run(work())
    assert bench.out.data == b"".join(step for step in steps if isinstance(step, bytes))
    assert (bench.flow.dropped, bench.stage.held) == (0, 0)
