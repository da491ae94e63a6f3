"""What a stack costs: its cold start against its slowest server, attaching to it, and namespaces on it.

Each round starts every server alone, then the whole stack, with nothing else of it running. Other work on the machine
increases every figure; compared figures are from the same round.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from harness.stack.attach import attach
from harness.stack.events import Phase, StackEvent
from harness.stack.namespaces import Namespace
from harness.stack.provider import Provider
from harness.stack.stack import Stack
from harness.stack.topology import Topology

AIM = 1.3
"""The target: cold start of the stack over the boot of its slowest server alone."""

_NAMESPACES = 5
_ATTACH = "import sys; from pathlib import Path; from harness.stack.attach import attach; attach(Path(sys.argv[1])).base_url"


@dataclass(frozen=True)
class Part:
    """A member, or a step on the way to one: how long it took in the stack, and when after the start it was ready (s)."""

    name: str
    took_s: float
    ready_s: float


@dataclass(frozen=True)
class Round:
    """One round. `alone` is each server's boot with the machine to itself, `cold_s` the whole stack's, both until ready.

    `attach_s` is attaching within a process, `process_attach_s` that of a new process from its start to its end.
    A namespace has all that the stack has: `make_s`, `reset_s` and `drop_s` are for all of it.
    """

    alone: Mapping[str, float]
    parts: tuple[Part, ...]
    cold_s: float
    attach_s: float
    process_attach_s: float
    make_s: float
    reset_s: float
    drop_s: float

    @property
    def slowest(self) -> str:
        """The server that takes longest alone."""
        return max(self.alone, key=self.alone.__getitem__)

    @property
    def sum_s(self) -> float:
        """All servers, one after the other."""
        return sum(self.alone.values())

    @property
    def ratio(self) -> float:
        """Cold start over the slowest server."""
        return self.cold_s / self.alone[self.slowest]


def middle(rounds: list[Round]) -> Round:
    """The round with the median ratio (the lower one of two). Raises ValueError without rounds."""
    if not rounds:
        raise ValueError("no rounds")
    return sorted(rounds, key=lambda each: each.ratio)[(len(rounds) - 1) // 2]


def measure(topology: Topology, provider: Provider, rounds: int, say: Callable[[str], None]) -> list[Round]:
    """Run `rounds` rounds. Raises StackError when something does not start."""
    done = []
    for number in range(1, rounds + 1):
        done.append(_round(topology, provider))
        say(f"round {number} of {rounds}: {done[-1].cold_s:.1f} s, {done[-1].ratio:.2f} times {done[-1].slowest} alone")
    return done


def _round(topology: Topology, provider: Provider) -> Round:
    alone = {}
    for name, server in topology.servers.items():
        only = replace(topology, servers={name: server}, processes={}, edges=())
        with tempfile.TemporaryDirectory(prefix="gauntlet-bench-") as folder:
            stack, watch = Stack(only, provider, folder=Path(folder)), _Watch()
            try:
                stack.start(watch)
            finally:
                stack.stop()
            alone[name] = watch.parts[0].took_s
    with tempfile.TemporaryDirectory(prefix="gauntlet-bench-") as folder:
        stack, watch = Stack(topology, provider, folder=Path(folder)), _Watch()
        try:
            stack.start(watch)
            cold_s = watch.since_s
            make_s, reset_s, drop_s = _namespaces(stack)
            return Round(
                alone=alone,
                parts=tuple(watch.parts),
                cold_s=cold_s,
                attach_s=_timed(lambda: attach(Path(folder))),
                process_attach_s=_timed(lambda: _attach_anew(Path(folder))),
                make_s=make_s,
                reset_s=reset_s,
                drop_s=drop_s,
            )
        finally:
            stack.stop()


class _Watch:
    """A Progress that records when each member was ready."""

    def __init__(self) -> None:
        self._begin = time.monotonic()
        self.parts: list[Part] = []

    @property
    def since_s(self) -> float:
        return time.monotonic() - self._begin

    def __call__(self, event: StackEvent) -> None:
        if event.phase is Phase.READY:
            self.parts.append(Part(event.name, event.seconds, self.since_s))


def _namespaces(stack: Stack) -> tuple[float, float, float]:
    """Seconds to make all of a namespace, to reset and to drop it: the median of several."""
    made, reset, dropped = [], [], []
    for _ in range(_NAMESPACES):
        begin = time.monotonic()
        namespace = Namespace.take(stack)
        try:
            namespace.make_all()
            made.append(time.monotonic() - begin)
            reset.append(_timed(namespace.reset))
        finally:
            dropped.append(_timed(namespace.drop))
    return median(made), median(reset), median(dropped)


def _attach_anew(folder: Path) -> None:
    subprocess.run([sys.executable, "-c", _ATTACH, str(folder)], check=True)  # noqa: S603 - our own interpreter


def _timed(action: Callable[[], object]) -> float:
    begin = time.monotonic()
    action()
    return time.monotonic() - begin
