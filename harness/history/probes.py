"""The probe of a run: real uses of the system, one after the other from the last heal on, until it serves them again.

The engine (harness.experiment.probing) paces and records them, judges read them here. What a probe does is recorded as the
operations of the client PROBE: they are judged as any, but are no traffic of the workload's.
"""

from dataclasses import dataclass

from harness.history.history import History
from harness.history.records import FaultPhase

PROBE = "probe"
"""The process whose operations are a probe's."""
PROBE_READY = "probe_ready"
"""The event that a probe is there, to be used when all faults are healed."""
PROBED = "probed"
"""The event that one attempt ended: `well`, or what it `said`; it had begun at `began_ns`."""
IN_A_ROW = 3
"""So many attempts in a row have to be well: one may be luck, while only a part of the system is back."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One use of the system; `said` is why it was not well."""

    well: bool
    said: str
    began_ns: int
    ended_ns: int


def attempts(history: History) -> tuple[Attempt, ...]:
    """What the probe met, in order."""
    return tuple(
        Attempt(
            well=event.detail.get("well") is True,
            said=str(event.detail.get("said", "")),
            began_ns=int(str(event.detail["began_ns"])),
            ended_ns=event.time_ns,
        )
        for event in history.events
        if event.event == PROBED
    )


def last_heal_ns(history: History) -> int | None:
    """When the last fault was healed; None when there was none, or one was never healed."""
    in_force: set[str] = set()
    healed_ns: int | None = None
    for record in history.faults:
        if record.phase is FaultPhase.INJECT:
            in_force.add(record.fault)
        elif record.phase is FaultPhase.HEAL:
            in_force.discard(record.fault)
            healed_ns = record.time_ns
    return None if in_force else healed_ns
