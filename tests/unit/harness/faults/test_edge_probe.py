"""A probe proves an effect, and the variation of a loaded machine proves none."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest
from pydantic import JsonValue

from harness.faults.edge_probe import WITHIN_S, ProbeResult, envelope
from harness.faults.spec import Edge, FaultSpec
from harness.faults.toxic import Toxic
from harness.proxy.client import ProxyClient

EDGE = "order-1->mysql"
QUICK = ProbeResult(connected=True, bytes=80, reads=1, last_s=0.002)
LATE = ProbeResult(connected=True, bytes=80, reads=1, last_s=0.080)
SLICED: dict[str, JsonValue] = {"type": "slicer", "average_size_bytes": 20, "size_variation_bytes": 1, "delay_us": 0}
SPLIT = ProbeResult(connected=True, bytes=80, reads=4, last_s=0.002)


class Probed(Toxic):
    """Whose probes have these results, one after the other."""

    def __init__(self, undisturbed: list[ProbeResult], disturbed: list[ProbeResult], **parameters: JsonValue) -> None:
        parameters = parameters or SLICED
        super().__init__(FaultSpec(kind="toxic", edges=(Edge.named(EDGE),), parameters=parameters))
        self._probed = {EDGE: envelope(undisturbed)}
        self._results: Iterator[ProbeResult] = iter(disturbed)

    async def _probe(
        self, proxy: ProxyClient, within_s: float = WITHIN_S, *, patient: bool = False
    ) -> Mapping[str, ProbeResult]:
        return {EDGE: next(self._results)}

    async def effective(self) -> bool:
        """Whether it proves itself."""
        return (await self._prove_by_probe(ProxyClient("http://127.0.0.1:1"))).effective


@pytest.mark.parametrize(
    ("undisturbed", "disturbed", "effective"),
    [
        ([QUICK], [SPLIT, SPLIT], True),
        ([QUICK], [QUICK, SPLIT, QUICK, SPLIT], True),
        ([QUICK], [QUICK] * 6, False),
        ([QUICK], [LATE, *[QUICK] * 5], False),
        ([QUICK], [LATE] * 6, False),
        ([QUICK, SPLIT], [SPLIT] * 6, False),
    ],
)
async def test_only_what_undisturbed_probes_never_showed_and_two_show_is_an_effect(
    undisturbed: list[ProbeResult], disturbed: list[ProbeResult], effective: bool
) -> None:
    assert await Probed(undisturbed, disturbed).effective() is effective


LOADED = ProbeResult(connected=True, bytes=80, reads=2, last_s=0.015)


@pytest.mark.parametrize(
    ("parameters", "shown"),
    [
        ({"type": "slicer", "average_size_bytes": 9, "size_variation_bytes": 1, "delay_us": 20_000}, 0.080),
        ({"type": "bandwidth", "rate_kb_s": 1}, 0.080),
        ({"type": "latency", "latency_ms": 100}, 0.080),
    ],
    ids=["slicer", "bandwidth", "latency"],
)
async def test_a_delay_as_long_as_the_fault_makes_is_an_effect_and_one_of_a_loaded_machine_is_none(
    parameters: dict[str, JsonValue], shown: float
) -> None:
    late = replace(QUICK, last_s=shown)
    assert await Probed([QUICK], [late] * 2, **parameters).effective()
    assert not await Probed([QUICK], [LOADED] * 6, **parameters).effective()
    assert not await Probed([QUICK, late], [late] * 6, **parameters).effective()


def test_an_envelope_holds_the_fewest_bytes_the_latest_times_and_an_end_that_all_had() -> None:
    ended = ProbeResult(connected=True, bytes=40, reads=2, last_s=0.01, ended_s=0.02, reset=True)
    assert envelope([QUICK, ended]) == ProbeResult(connected=True, bytes=40, reads=2, last_s=0.01, ended_s=None, reset=True)
    assert envelope([ended, ended]).ended_s == 0.02
