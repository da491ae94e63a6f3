"""What a run adds to the books of the shop while it is watched from outside: alarms in logs, errors counted, memory."""

from dataclasses import dataclass

LOG_ALARMS = "logs.alarms"
ERRORS_COUNTED = "metrics.errors"
MEMORY = "members.memory"


@dataclass(frozen=True)
class LogAlarmRow:
    """A line that a member logged during the run; `why` is traceback or critical."""

    member: str
    why: str
    line: str


@dataclass(frozen=True)
class ErrorsRow:
    """How often a member answered with `status` during the run, by its own metrics: 500, or INTERNAL, UNKNOWN by RPC."""

    member: str
    status: str
    count: int


@dataclass(frozen=True)
class MemoryRow:
    """Resident bytes of a member before the workload and after it; `before` is None for one started meanwhile."""

    member: str
    before: int | None
    after: int
