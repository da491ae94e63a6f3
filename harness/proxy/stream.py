"""One direction of one connection: from its source through the toxics to its sink.

Without toxics and observers the source writes straight to the sink; the stream only decides who is connected to whom, and
stops reading from the source while the sink or a toxic has more than it should hold.
"""

import time
from collections.abc import Callable, Sequence
from random import Random  # noqa: TID251 - the type only; the numbers come from harness.seed

from harness.direction import Direction
from harness.proxy.effects import Effects
from harness.proxy.endpoint import Endpoint
from harness.proxy.stage import Outlet, Stage, Surroundings
from harness.proxy.toxic import PlacedToxic


class Stream:
    """`draw` gives what is random about a toxic on this connection; `reset` breaks the connection; `watch` sees data first."""

    def __init__(
        self,
        direction: Direction,
        source: Endpoint,
        sink: Endpoint,
        *,
        effects: Effects,
        draw: Callable[[PlacedToxic], Random],
        reset: Callable[[], None],
        watch: Callable[[bytes], None] | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.flow = effects.flows[direction]
        self._direction = direction
        self._source = source
        self._sink = sink
        self._effects = effects
        self._draw = draw
        self._watch = watch
        self._around = Surroundings(self.flow, self._control, reset, now)
        self._chances: dict[tuple[str, int], float] = {}
        self._stages: list[Stage] = []
        self._ended = False
        self._closed = False
        self._sink_paused = False
        self._paused = False
        source.outgoing = self
        sink.incoming = self
        self.rewire()

    @property
    def held(self) -> int:
        """Bytes that are inside."""
        return sum(stage.held for stage in self._stages) + self._sink.buffered

    def apply(self, toxics: Sequence[PlacedToxic]) -> None:
        """Have these toxics at work, in this order, from now on; those that stay and have not changed notice nothing.

        Whether a toxic acts on this connection was drawn once and for all: it changes only when its toxicity is changed.
        """
        if self._is_closed():
            return
        wanted = [toxic for toxic in toxics if toxic.stream is self._direction and self._acts(toxic)]
        names = {toxic.name for toxic in wanted}
        staying = {stage.placed.name: stage for stage in self._stages if stage.placed.name in names}
        for stage in self._stages.copy():
            if stage.placed.name not in names:
                stage.remove()
        if self._is_closed():  # because of a toxic that was removed
            return
        self._stages = [staying.get(toxic.name) or self._stage(toxic) for toxic in wanted]
        self.rewire()
        for stage, toxic in zip(self._stages, wanted, strict=True):
            if stage.placed != toxic:
                stage.update(toxic)

    def rewire(self) -> None:
        """Connect the parts that there are, along the shortest way."""
        outlets: list[Outlet] = [*self._stages, self._sink]
        for stage, outlet in zip(self._stages, outlets[1:], strict=True):
            stage.outlet = outlet
        self._deliver = self._entrance()
        self._source.forward = self._deliver if self._watch is None else self._watched

    def discard(self) -> None:
        """Drop everything that is inside and that may still come."""
        self.flow.dropped += self._sink.buffered
        self.sink_closed()

    def source_ended(self) -> None:
        """See Wiring."""
        if not self._ended:
            self._ended = True
            (self._stages[0] if self._stages else self._sink).end()

    def sink_paused(self, *, paused: bool) -> None:
        """See Wiring."""
        self._sink_paused = paused
        self._control()

    def sink_closed(self) -> None:
        """See Wiring."""
        if not self._closed:
            self._closed = True
            for stage in self._stages:
                stage.discard()
            self._stages = []
            self.rewire()
            self._control()

    def _entrance(self) -> Callable[[bytes], None]:
        if self._closed:
            return self._drop
        return self._stages[0].receive if self._stages else self._sink.writer

    def _control(self) -> None:
        """Read from the source or not; when nothing is delivered any more, to learn when it ends."""
        wanted = not self._closed and (self._sink_paused or any(stage.full for stage in self._stages))
        if wanted is not self._paused:
            self._paused = wanted
            (self._source.pause if wanted else self._source.resume)()

    def _watched(self, data: bytes) -> None:
        if self._watch is not None:
            self._watch(data)
        self._deliver(data)

    def _drop(self, data: bytes) -> None:
        self.flow.dropped += len(data)

    def _is_closed(self) -> bool:
        return self._closed

    def _acts(self, toxic: PlacedToxic) -> bool:
        if toxic.toxicity in (0, 1):
            return toxic.toxicity == 1
        key = (toxic.name, toxic.ordinal)
        if key not in self._chances:
            self._chances[key] = self._draw(toxic).random()
        return self._chances[key] < toxic.toxicity

    def _stage(self, toxic: PlacedToxic) -> Stage:
        random = self._draw(toxic)
        random.random()  # the one that decides whether it acts
        return Stage(toxic, self._sink, random, self._effects.of_toxic(toxic.name), self._around)
