"""The records of a history. One JSON object per line, discriminated by `type`.

`invoke` opens an operation and exactly one of `ok`, `fail` or `info` closes it; `fault`, `observation` and `stage`
are single. All times are nanoseconds of the monotonic clock of the process that ran the experiment.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, JsonValue, PlainSerializer, TypeAdapter

from harness.faults.spec import FaultSpec

Row: TypeAlias = Mapping[str, JsonValue]
"""A JSON object: the input or output of an operation, or one row of an observation."""


class Ending(StrEnum):
    """How an operation ended, by what its caller can know."""

    OK = "ok"
    """It took effect."""
    FAIL = "fail"
    """It did not and will not take effect."""
    INFO = "info"
    """Unknown: it may have taken effect, may still, or never will."""


def _absent(value: object) -> bool:
    return value is None


def _compact(value: "Exchange | None") -> dict[str, JsonValue] | None:
    """Omit fields with their default, to keep a history small."""
    if value is None:
        return None
    return {each.name: found for each in fields(value) if (found := getattr(value, each.name)) not in (None, "", {})}


class FaultPhase(StrEnum):
    """Phases of a fault."""

    INJECT = "inject"
    """The fault is in force from here on."""
    PROOF = "proof"
    """Whether the fault showed the effect that it claims."""
    HEAL = "heal"
    """The fault is over."""
    ERROR = "error"
    """It could not be injected, proved or healed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoke:
    """A client began an operation."""

    time_ns: int
    id: int
    process: str
    operation: str
    input: Row = field(default_factory=dict)
    type: Literal["invoke"] = "invoke"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its answer, recorded by a transport (`harness.recording`).

    `request` is method and path, or the full gRPC method. `code` is the name of the gRPC status. `headers` are the wanted ones
    of the answer, names in lower case. `deadline_s` is how long the caller was willing to wait, in seconds, and `late_s` by how
    much the end exceeded it; None when it did not. The SHA-256 digests (hex) are those of bodies of at least
    `harness.recording.exchange.DIGESTED` bytes, as they were on the wire; shorter ones have none.
    """

    request: str = ""
    code: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    deadline_s: float | None = None
    late_s: float | None = None
    request_bytes: int | None = None
    request_sha256: str = ""
    response_bytes: int | None = None
    response_sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """A client's operation ended; `id` is that of its invoke. `status` is the HTTP status, when there was an answer.

    `exchange` is set when a recording transport wrote it.
    """

    time_ns: int
    id: int
    process: str
    operation: str
    output: Row = field(default_factory=dict)
    status: int | None = None
    error: str = ""
    exchange: Annotated[Exchange | None, Field(exclude_if=_absent), PlainSerializer(_compact)] = None
    type: Literal[Ending.OK, Ending.FAIL, Ending.INFO]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A fault was injected into a target, proved or healed. `proven` is set on PROOF only.

    `fault` is its name in the plan; `hit` are the members hit, where that is known only during the run. `target` is text for
    readers and never parsed.
    """

    time_ns: int
    fault: str
    target: str
    phase: FaultPhase
    proven: bool | None = None
    detail: str = ""
    spec: FaultSpec | None = None
    hit: tuple[str, ...] = ()
    type: Literal["fault"] = "fault"

    @property
    def members(self) -> tuple[str, ...]:
        """The members that it was injected into; of candidates those that were hit."""
        return self.hit or (self.spec.members if self.spec else ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An event in the system, e.g. a capture at the provider; `subject` is what it is about."""

    time_ns: int
    event: str
    subject: str = ""
    detail: Row = field(default_factory=dict)
    type: Literal["event"] = "event"


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """Rows read from a database or a ledger, e.g. `product.stock`, all rows in the order of the source.

    `at_rest` is False when the system had not come to rest when it was read.
    """

    time_ns: int
    subject: str
    at_rest: bool = True
    rows: tuple[Row, ...]
    type: Literal["observation"] = "observation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A stage of the run began, ended or failed."""

    time_ns: int
    stage: str
    state: Literal["begin", "end", "fail"]
    detail: str = ""
    type: Literal["stage"] = "stage"


Record: TypeAlias = Invoke | Completion | Fault | Event | Observation | Stage

RECORD: TypeAdapter[Record] = TypeAdapter(Annotated[Record, Field(discriminator="type")])
"""Reads and writes one line; raises pydantic.ValidationError on a line that is none of the records."""
