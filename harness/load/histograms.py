"""Latencies of many processes as HdrHistograms: three digits from 1 µs to 2 minutes; they are added without loss.

Tene, "How NOT to Measure Latency", 2013; the format is that of hdrhistogram.org, V2.
"""

from collections.abc import Iterable, Mapping

from hdrh.histogram import HdrHistogram

LONGEST_US = 120_000_000
SHARES = (50.0, 90.0, 95.0, 99.0, 99.9, 100.0)


def empty() -> HdrHistogram:
    """A histogram of microseconds."""
    return HdrHistogram(1, LONGEST_US, 3)


def encoded(histogram: HdrHistogram) -> str:
    """A histogram as text."""
    content = histogram.encode()
    return content.decode() if isinstance(content, bytes) else str(content)


def merged(parts: Iterable[Mapping[str, str]]) -> dict[str, HdrHistogram]:
    """The sums of encoded histograms by name."""
    found: dict[str, HdrHistogram] = {}
    for part in parts:
        for name, text in part.items():
            found.setdefault(name, empty()).decode_and_add(text)
    return found


def percentiles(histogram: HdrHistogram) -> dict[str, int | float]:
    """How many there are, and percentiles in ms; p100 is the longest."""
    values = {f"p{share:g}_ms": round(histogram.get_value_at_percentile(share) / 1000, 3) for share in SHARES}
    return {"count": histogram.get_total_count(), **values}
