"""What a run tells Locust's processes is read as it was written, by nobody else; what they say is understood."""

import stat
from pathlib import Path

import pytest

from harness.load.arrivals import Arrivals
from harness.load.told import Ended, Progress, Told, line, read, understood, write

TOLD = Told(
    folder=Path("/run"),
    seed=7,
    seconds=5.0,
    processes=2,
    arrivals=Arrivals(per_second=3.0),
    warm_up_s=1.0,
    late_s=0.1,
    world={"host": "http://127.0.0.1:1", "customers": [{"name": "ada"}]},
)
SAID = (
    Progress(users=3, requests=10, failures=1, per_second=2.5, p95_ms=12.0),
    Ended(process="load-1", visits=3, late=1, longest_late_s=0.2, cpu_s=1.5, resident_bytes=10, latencies={"order": "HIST"}),
)


def test_it_is_read_as_it_was_written_by_this_user_alone(tmp_path: Path) -> None:
    write(TOLD, tmp_path / "told.json")
    assert read(tmp_path / "told.json") == TOLD
    assert stat.S_IMODE((tmp_path / "told.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("said", SAID)
def test_a_line_says_it(said: Progress | Ended) -> None:
    assert understood(line(said).encode() + b"\n") == said


@pytest.mark.parametrize("text", [b"", b"hello\n", b"{}", b'{"type": "other"}', b"Type     Name  # reqs\n", b"\xff"])
def test_what_locust_prints_itself_is_not_taken_for_it(text: bytes) -> None:
    assert understood(text) is None
