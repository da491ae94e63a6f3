"""toxic: one of Toxiproxy's toxics (latency, bandwidth, timeout, reset_peer, slicer, limit_data, slow_close) on some edges.

Proved by the bytes that it handled and the streams that it closed; on a real Toxiproxy, which counts neither, by a probe
through the edge.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from harness.direction import Direction
from harness.faults.edge_fault import EdgeFault, handled_since, take_away, toxic_name
from harness.faults.edge_probe import WITHIN_S, ProbeResult, later, silenced
from harness.faults.inventory import Declaration
from harness.faults.registry import fault_kind
from harness.faults.spec import Edge, FaultSpec, SpecError
from harness.faults.targets import edges
from harness.proxy.client import EffectsState, ProxyClient

TOXIC = "toxic"
UNITS: Mapping[str, str] = {
    "latency": "latency_ms",
    "jitter": "jitter_ms",
    "timeout": "timeout_ms",
    "rate": "rate_kb_s",
    "average_size": "average_size_bytes",
    "size_variation": "size_variation_bytes",
    "delay": "delay_ms",
}
"""The parameters of a spec, by the attributes of Toxiproxy's toxics."""
SLICED: Mapping[str, str] = {**UNITS, "delay": "delay_us"}
"""Attributes in microseconds: the slicer's delay."""
ENOUGH_S = 0.02
"""The least delay in seconds that a probe takes for an effect; the scheduling of a loaded machine causes shorter ones."""

Attributes: TypeAlias = Mapping[str, int]


def _latency(attributes: Attributes, before: ProbeResult, now: ProbeResult) -> bool:
    return _delayed(before, now, (attributes["latency"] - attributes.get("jitter", 0)) / 1000)


def _slower(attributes: Attributes, before: ProbeResult, now: ProbeResult) -> bool:
    return _delayed(before, now, before.bytes / (1024 * max(attributes["rate"], 1)))


def _sliced(attributes: Attributes, before: ProbeResult, now: ProbeResult) -> bool:
    """Pieces without a delay between them may arrive as fewer, but as more than before."""
    pieces = before.bytes // (attributes["average_size"] + attributes.get("size_variation", 0))
    if pause_s := attributes.get("delay", 0) / 1_000_000:
        return _delayed(before, now, (pieces - 1) * pause_s)
    return now.reads > max(before.reads, pieces // 2)


def _delayed(before: ProbeResult, now: ProbeResult, by_s: float) -> bool:
    """Whether it shows a delay of `by_s`, which must be long enough to be told from scheduling."""
    return later(before, now, max(by_s, 2 * ENOUGH_S))


def _limited(attributes: Attributes, before: ProbeResult, now: ProbeResult) -> bool:
    return now.ended and now.bytes <= attributes["bytes"] and silenced(before, now)


def _closed_late(attributes: Attributes, before: ProbeResult, now: ProbeResult) -> bool:
    late_s = attributes["delay"] / 2000
    return before.ended_s is not None and (now.ended_s is None or now.ended_s - before.ended_s >= late_s)


SHOWS: Mapping[str, Callable[[Attributes, ProbeResult, ProbeResult], bool]] = {
    "latency": _latency,
    "bandwidth": _slower,
    "slicer": _sliced,
    "timeout": lambda _attributes, before, now: silenced(before, now),
    "reset_peer": lambda _attributes, before, now: now.reset and not before.reset,
    "limit_data": _limited,
    "slow_close": _closed_late,
}
"""How a probe shows each type; one that is missing here has no observable effect."""


@fault_kind(TOXIC)
class Toxic(EdgeFault):
    """Puts a toxic of `type` and `toxicity` on its edges; heals by removing it."""

    unit = "bytes"
    patient = True

    def __init__(self, spec: FaultSpec) -> None:
        super().__init__(spec)
        self.type = spec.text("type")
        self.attributes = _attributes(spec)
        self.within_s = WITHIN_S + 1.5 * (self.attributes.get("latency", 0) + self.attributes.get("jitter", 0)) / 1000

    @property
    def toxicity(self) -> float:
        """The share of the connections that it acts on."""
        value = self.spec.parameters.get("toxicity", 1.0)
        if not isinstance(value, int | float):
            raise SpecError(f"a toxicity is a number from 0 to 1, not {value!r}")
        return float(value)

    async def inject_edge(self, proxy: ProxyClient, edge: Edge) -> None:
        """See EdgeFault."""
        for stream in edge.streams:
            name = toxic_name(self.type, stream)
            await proxy.add_toxic(edge.name, self.type, stream=stream, name=name, toxicity=self.toxicity, **self.attributes)

    async def heal_edge(self, proxy: ProxyClient, edge: Edge) -> None:
        """See EdgeFault."""
        for stream in edge.streams:
            await take_away(proxy, edge.name, toxic_name(self.type, stream))

    def effect(self, edge: Edge, before: EffectsState, now: EffectsState) -> int:
        """See EdgeFault."""
        return sum(handled_since(toxic_name(self.type, stream), before, now) for stream in edge.streams)

    def shows_effect(self, edge: Edge, before: ProbeResult, now: ProbeResult) -> bool:
        """See EdgeFault."""
        return self.type in SHOWS and SHOWS[self.type](self.attributes, before, now)


def _attributes(spec: FaultSpec) -> dict[str, int]:
    """The toxic's attributes as Toxiproxy calls them. Raises SpecError for one that is no whole number."""
    units = SLICED if spec.parameters.get("type") == "slicer" else UNITS
    named = {parameter: attribute for attribute, parameter in units.items()}
    return {named.get(name, name): spec.integer(name) for name in spec.parameters if name not in ("type", "toxicity")}


def toxic(
    kind: str, *patterns: str, stream: Direction = Direction.DOWNSTREAM, toxicity: float = 1.0, **attributes: int
) -> Declaration:
    """This toxic on these edges; attributes are Toxiproxy's, times in ms (the slicer's in µs), rates in KB/s.

    `stream` is downstream for what the target answers, upstream for what the caller sends.
    """
    units = SLICED if kind == "slicer" else UNITS
    parameters = {units.get(name, name): value for name, value in attributes.items()}
    return edges(TOXIC, *patterns, streams=(stream,), type=kind, toxicity=toxicity, **parameters)
