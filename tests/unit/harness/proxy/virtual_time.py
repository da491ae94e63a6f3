"""An event loop whose clock jumps to whatever is next, and a stage with everything around it recorded: hours in a moment."""

import asyncio
import selectors
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.direction import Direction
from harness.proxy.effects import Flow, ToxicEffect
from harness.proxy.stage import Stage, Surroundings
from harness.proxy.toxic import PlacedToxic, Toxic
from harness.seed import Seed

FAR_S = 10_000.0


class _Jump(selectors.DefaultSelector):
    """Waits for nothing: time is added instead."""

    now = 0.0

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0)
        if not ready:
            assert timeout is not None, "nothing is ever going to happen"
            self.now += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self.clock = _Jump()
        super().__init__(self.clock)

    def time(self) -> float:
        return self.clock.now


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """What `work` returns, on a loop of virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)


@dataclass
class Record:
    """What came out of a stage, with the second at which it did."""

    pieces: list[tuple[float, bytes]] = field(default_factory=list)
    ended: float | None = None
    reset: float | None = None

    @property
    def data(self) -> bytes:
        return b"".join(piece for _, piece in self.pieces)

    @property
    def times(self) -> list[float]:
        return [round(time, 6) for time, _ in self.pieces]

    def receive(self, data: bytes) -> None:
        assert self.ended is None, "bytes after the end"
        self.pieces.append((asyncio.get_running_loop().time(), data))

    def end(self) -> None:
        assert self.ended is None, "a second end"
        self.ended = asyncio.get_running_loop().time()

    def broken(self) -> None:
        self.reset = asyncio.get_running_loop().time()


class Bench:
    """A stage on the bench: `stage` is fed by the test, `out` is what came through. Make it inside `run`."""

    def __init__(self, toxic: Toxic, seed: int = 1) -> None:
        self.out = Record()
        self.flow = Flow()
        self.effect = ToxicEffect()
        self.stops: list[bool] = []  # what `full` was each time the stream was told to look
        around = Surroundings(self.flow, lambda: self.stops.append(self.stage.full), self.out.broken, self.now)
        self.stage = Stage(placed(toxic), self.out, Seed(seed).stream("test"), self.effect, around)

    @staticmethod
    def now() -> float:
        return asyncio.get_running_loop().time()


def placed(toxic: Toxic, name: str = "toxic", toxicity: float = 1.0, stream: Direction = Direction.DOWNSTREAM) -> PlacedToxic:
    return PlacedToxic(name, stream, toxicity, toxic, 1)


END = None


async def play(toxic: Toxic, script: Sequence[tuple[float, bytes | None]], until: float = FAR_S, seed: int = 1) -> Bench:
    """Feed a toxic with (second, bytes) in order, END being the end of the source, and look at `until`."""
    bench = Bench(toxic, seed)
    for at, data in script:
        await asyncio.sleep(at - bench.now())
        if data is END:
            bench.stage.end()
        else:
            bench.flow.received += len(data)
            bench.stage.receive(data)
    await asyncio.sleep(until - bench.now())
    bench.stage.discard()
    return bench
