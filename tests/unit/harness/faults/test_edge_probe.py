"""A probe proves an effect, and the variation of a loaded machine proves none."""

from collections.abc import Iterator, Mapping

import pytest
from pydantic import JsonValue

from harness.faults.edge_probe import WITHIN_S, ProbeResult, envelope
from harness.faults.spec import Edge, FaultSpec
from harness.faults.toxic import Toxic
from harness.proxy.client import ProxyClient

EDGE = "order-1->mysql"
QUICK = ProbeResult(connected=True, bytes=80, reads=1, last_s=0.002)
LATE = ProbeResult(connected=True, bytes=80, reads=1, last_s=0.080)
SPLIT = ProbeResult(connected=True, bytes=80, reads=4, last_s=0.002)


class Probed(Toxic):
    """Whose probes have these results, one after the other."""

    def __init__(self, undisturbed: list[ProbeResult], disturbed: list[ProbeResult]) -> None:
        parameters: dict[str, JsonValue] = {
            "type": "slicer",
            "average_size_bytes": 10,
            "size_variation_bytes": 1,
            "delay_us": 0,
        }
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
        ([QUICK, LATE, QUICK], [LATE] * 6, False),
        ([QUICK, SPLIT], [SPLIT] * 6, False),
    ],
)
async def test_only_what_undisturbed_probes_never_showed_and_two_show_is_an_effect(
    undisturbed: list[ProbeResult], disturbed: list[ProbeResult], effective: bool
) -> None:
    assert await Probed(undisturbed, disturbed).effective() is effective


def test_an_envelope_holds_the_fewest_bytes_the_latest_times_and_an_end_that_all_had() -> None:
    ended = ProbeResult(connected=True, bytes=40, reads=2, last_s=0.01, ended_s=0.02, reset=True)
    assert envelope([QUICK, ended]) == ProbeResult(connected=True, bytes=40, reads=2, last_s=0.01, ended_s=None, reset=True)
    assert envelope([ended, ended]).ended_s == 0.02
