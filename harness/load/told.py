"""What a run tells Locust's processes (a file), and what they tell it (a line of JSON each on standard output)."""

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, JsonValue, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from harness.load.arrivals import Arrivals

VARIABLE = "GAUNTLET_LOAD"
"""The environment variable with the path of the file; without it Locust was started by hand and nothing is recorded."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """`folder` is the run's, where parts of the history are written; `world` has `customers`, a row for each user."""

    folder: Path
    seed: int
    seconds: float
    processes: int
    arrivals: Arrivals | None
    warm_up_s: float
    late_s: float
    world: Mapping[str, JsonValue]


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Once a second: how many users there are, requests and failures so far, requests/s and p95 (ms) of the last seconds."""

    users: int
    requests: int
    failures: int
    per_second: float
    p95_ms: float
    type: Literal["progress"] = "progress"


@dataclass(frozen=True, kw_only=True)
class Ended:
    """One process at its end. `latencies` are encoded HdrHistograms (µs) by operation."""

    process: str
    visits: int
    late: int
    longest_late_s: float
    cpu_s: float
    resident_bytes: int
    latencies: Mapping[str, str] = field(default_factory=dict)
    type: Literal["ended"] = "ended"


_TOLD = TypeAdapter(Told)
_SAID: TypeAdapter[Progress | Ended] = TypeAdapter(Annotated[Progress | Ended, Field(discriminator="type")])


def write(told: Told, path: Path) -> None:
    """Write the file, readable by this user alone: it holds tokens. Raises OSError."""
    path.touch(mode=0o600)
    path.write_bytes(_TOLD.dump_json(told))


def read(path: Path) -> Told:
    """Read the file. Raises OSError, pydantic.ValidationError."""
    return _TOLD.validate_json(path.read_bytes())


def line(said: Progress | Ended) -> str:
    """What a process says, as a line."""
    return _SAID.dump_json(said).decode()


def understood(text: bytes) -> Progress | Ended | None:
    """A line of a process; None when it is none of ours."""
    try:
        return _SAID.validate_json(text)
    except ValidationError:
        return None
