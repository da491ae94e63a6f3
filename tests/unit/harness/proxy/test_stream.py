"""Two endpoints and the streams between them, over sockets that are not there."""

import asyncio
from collections.abc import Callable

import pytest

from harness.direction import Direction
from harness.proxy.effects import Effects
from harness.proxy.endpoint import Endpoint
from harness.proxy.stream import Stream
from harness.proxy.toxic import KIB, PlacedToxic
from harness.proxy.toxics.bandwidth import Bandwidth
from harness.proxy.toxics.latency import Latency
from harness.proxy.toxics.limit_data import LimitData
from harness.proxy.toxics.timeout import Timeout
from harness.seed import Seed
from tests.unit.harness.proxy.fake_transport import FakeTransport
from tests.unit.harness.proxy.virtual_time import Bench, placed, run

UP = Direction.UPSTREAM


class Pair:
    """A client and a server endpoint with both streams; make it inside `run`."""

    def __init__(self, watch: Callable[[bytes], None] | None = None, number: int = 1) -> None:
        self.effects = Effects()
        self.resets = 0
        self.client, self.server = Endpoint(_nothing, _nothing), Endpoint(_nothing, _nothing)
        self.up = self._stream(Direction.UPSTREAM, self.client, self.server, watch, number)
        self.down = self._stream(Direction.DOWNSTREAM, self.server, self.client, watch, number)
        self.to_client, self.to_server = FakeTransport(), FakeTransport()

    def _stream(
        self, way: Direction, source: Endpoint, sink: Endpoint, watch: Callable[[bytes], None] | None, number: int
    ) -> Stream:
        def draw(toxic: PlacedToxic):  # type: ignore[no-untyped-def]  # random is nobody's to import
            return Seed(1).stream(toxic.name, toxic.ordinal, number)

        return Stream(way, source, sink, effects=self.effects, draw=draw, reset=_nothing, watch=watch, now=Bench.now)

    @property
    def is_toxic(self) -> bool:
        """Whether what the server says meets a toxic."""
        return self.server.forward != self.to_client.write

    def connect(self) -> "Pair":
        self.server.connection_made(self.to_server)
        self.client.connection_made(self.to_client)
        self.up.rewire()
        self.down.rewire()
        return self


def _nothing() -> None:
    pass


def test_without_toxics_data_goes_straight_to_the_socket() -> None:
    async def work() -> None:
        pair = Pair().connect()
        pair.client.data_received(b"question")
        pair.server.data_received(b"answer")
        assert (pair.to_server.written, pair.to_client.written) == (b"question", b"answer")
        assert pair.client.forward == pair.to_server.write

    run(work())


def test_what_the_server_says_before_the_client_is_attached_is_not_lost() -> None:
    async def work() -> None:
        pair = Pair()
        pair.server.connection_made(pair.to_server)
        pair.server.data_received(b"hello")
        pair.client.connection_made(pair.to_client)
        assert pair.to_client.written == b"hello"

    run(work())


def test_the_end_of_one_side_closes_both_after_what_is_inside() -> None:
    async def work() -> None:
        pair = Pair().connect()
        pair.down.apply([placed(Latency(1000))])
        pair.server.data_received(b"last words")
        assert pair.client.eof_received() is True
        assert pair.to_server.calls == ["fin", "close"]
        assert pair.to_client.calls == []
        await asyncio.sleep(2)
        assert pair.to_client.written == b"last words"
        assert pair.to_client.calls == ["fin", "close"]

    run(work())


def test_a_buffer_that_is_not_empty_is_flushed_before_the_fin() -> None:
    async def work() -> None:
        pair = Pair().connect()
        pair.to_server.stuck = True
        pair.client.data_received(b"question")
        pair.client.eof_received()
        assert pair.to_server.calls == ["close"]

    run(work())


def test_a_source_is_not_read_while_its_sink_is_full() -> None:
    async def work() -> None:
        pair = Pair().connect()
        pair.server.pause_writing()
        assert (pair.to_client.is_reading(), pair.to_server.is_reading()) == (False, True)
        pair.server.resume_writing()
        assert pair.to_client.is_reading()

    run(work())


def test_a_source_is_not_read_while_a_toxic_holds_too_much_and_read_again_when_it_is_removed() -> None:
    async def work() -> None:
        pair = Pair().connect()
        pair.up.apply([placed(Bandwidth(1), stream=UP)])
        pair.client.data_received(bytes(70 * KIB))
        assert not pair.to_client.is_reading()
        pair.up.apply([])
        assert pair.to_client.is_reading()
        assert len(pair.to_server.written) == 70 * KIB

    run(work())


def test_a_sink_that_goes_away_frees_its_source() -> None:
    async def work() -> None:
        pair = Pair().connect()
        pair.up.apply([placed(Bandwidth(), stream=UP)])
        pair.client.data_received(bytes(70 * KIB))
        pair.server.connection_lost(None)
        assert pair.to_client.closing
        pair.client.data_received(b"more")
        assert pair.effects.flows[UP].dropped == 70 * KIB + 4

    run(work())


def test_toxics_stack_in_their_order_and_only_in_their_stream() -> None:
    async def work() -> None:
        pair = Pair().connect()
        toxics = [placed(Latency(100), "a"), placed(LimitData(3), "b"), placed(Latency(100), "c", stream=UP)]
        pair.up.apply(toxics)
        pair.down.apply(toxics)
        pair.server.data_received(b"abcdef")
        await asyncio.sleep(0.099)
        assert pair.to_client.written == b""
        await asyncio.sleep(0.01)
        assert pair.to_client.written == b"abc"
        assert pair.to_client.closing

    run(work())


def test_toxics_of_one_type_add_up() -> None:
    async def work() -> None:
        pair = Pair().connect()
        pair.down.apply([placed(Latency(100), "a"), placed(Latency(100), "b")])
        pair.server.data_received(b"x")
        await asyncio.sleep(0.199)
        assert pair.to_client.written == b""
        await asyncio.sleep(0.01)
        assert pair.to_client.written == b"x"

    run(work())


def test_removing_one_of_several_keeps_the_order_of_bytes() -> None:
    async def work() -> None:
        pair = Pair().connect()
        first, second, third = placed(Latency(500), "a"), placed(Latency(500), "b"), placed(Latency(500), "c")
        pair.down.apply([first, second, third])
        for letter in (b"1", b"2", b"3", b"4"):
            pair.server.data_received(letter)
            await asyncio.sleep(0.4)
        pair.down.apply([first, third])
        pair.server.data_received(b"5")
        pair.down.apply([])
        assert pair.to_client.written == b"12345"

    run(work())


def test_a_toxic_that_stays_notices_nothing_of_the_others() -> None:
    async def work() -> None:
        pair = Pair().connect()
        staying = placed(Latency(500), "a")
        pair.down.apply([staying])
        pair.server.data_received(b"x")
        pair.down.apply([staying, placed(Latency(1), "b")])
        pair.down.apply([staying])
        assert pair.to_client.written == b""
        await asyncio.sleep(0.51)
        assert pair.to_client.written == b"x"

    run(work())


def test_removing_a_timeout_closes_the_connection() -> None:
    async def work() -> None:
        pair = Pair().connect()
        pair.down.apply([placed(Timeout()), placed(Latency(9), "b")])
        pair.down.apply([])
        assert pair.to_client.closing
        assert pair.to_server.closing

    run(work())


def test_toxicity_is_drawn_once_per_connection_and_evenly() -> None:
    async def work() -> None:
        half = placed(Latency(100), toxicity=0.5)
        hit = 0
        for number in range(1, 201):
            pair = Pair(number=number).connect()
            acts = []
            for toxic in (half, half, placed(Latency(200), toxicity=0.5)):
                pair.down.apply([toxic])
                acts.append(pair.is_toxic)
                pair.up.apply([toxic])
            assert len(set(acts)) == 1
            hit += acts[0]
        assert 70 < hit < 130

    run(work())


@pytest.mark.parametrize(("toxicity", "acts"), [(0.0, False), (1.0, True)])
def test_toxicity_0_is_never_and_1_is_always(toxicity: float, acts: bool) -> None:
    async def work() -> None:
        for number in range(50):
            pair = Pair(number=number).connect()
            pair.down.apply([placed(Timeout(), toxicity=toxicity)])
            pair.server.data_received(b"x")
            await asyncio.sleep(0.1)
            assert (pair.to_client.written == b"") is acts

    run(work())


def test_raising_the_toxicity_only_adds_connections() -> None:
    async def work() -> None:
        for number in range(100):
            pair = Pair(number=number).connect()
            acts = []
            for toxicity in (0.2, 0.5, 0.9, 1.0):
                pair.down.apply([placed(Latency(1), toxicity=toxicity)])
                acts.append(pair.is_toxic)
            assert acts == sorted(acts)
            assert acts[-1]

    run(work())


def test_a_watcher_sees_everything_first_and_changes_nothing() -> None:
    async def work() -> None:
        seen: list[bytes] = []
        pair = Pair(watch=seen.append).connect()
        pair.down.apply([placed(Latency(100))])
        pair.server.data_received(b"x")
        assert (seen, pair.to_client.written) == ([b"x"], b"")
        await asyncio.sleep(0.2)
        assert pair.to_client.written == b"x"

    run(work())


def test_a_cut_drops_what_is_inside_and_accounts_for_it() -> None:
    async def work() -> None:
        pair = Pair().connect()
        pair.up.apply([placed(Latency(100), stream=UP)])
        pair.client.data_received(b"held")
        pair.to_client.stuck = True
        pair.server.data_received(b"unsent")
        for stream in (pair.up, pair.down):
            stream.discard()
        pair.client.cut()
        pair.server.reset()
        assert [flow.dropped for flow in pair.effects.flows.values()] == [4, 6]
        assert pair.to_client.calls == ["fin", "abort"]
        assert pair.to_server.calls == ["no linger", "abort"]

    run(work())


def test_an_endpoint_that_is_gone_leaves_its_descriptor_alone() -> None:
    async def work() -> None:
        pair = Pair().connect()
        pair.client.connection_lost(None)
        pair.client.cut()
        pair.client.reset()
        pair.client.end()
        assert pair.to_client.calls == []

    run(work())


def test_what_becomes_of_an_endpoint_before_it_is_connected_happens_when_it_is() -> None:
    async def work() -> None:
        pair = Pair()
        pair.server.connection_made(pair.to_server)
        pair.client.reset()
        pair.client.connection_made(pair.to_client)
        assert pair.to_client.calls == ["no linger", "abort"]

    run(work())
