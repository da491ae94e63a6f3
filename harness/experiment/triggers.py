"""When a fault is injected and when it heals: on records of the history, or after seconds in force.

A trigger reads the RunProgress of a run, which is updated by every record. The same seed and the same records give the same
faults.
"""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass
from typing import Annotated, Literal, Protocol, TypeAlias

from pydantic import Field, PlainSerializer

from harness.history import PROBE, Completion, Ending, Event, Fault, FaultPhase, Record


class RunProgress:
    """Counts records and wakes tasks that wait for triggers. Belongs to the event loop it is created in."""

    def __init__(self) -> None:
        self.ended: Counter[tuple[str, Ending]] = Counter()
        self.events: Counter[str] = Counter()
        self.events_about: Counter[tuple[str, str]] = Counter()
        self.events_before: dict[str, Counter[str]] = {}
        self.injected: set[str] = set()
        self.healed: set[str] = set()
        self._loop = asyncio.get_running_loop()
        self._changed = asyncio.Event()
        self._closed = False
        self._since: dict[str, float] = {}
        self._alarms: set[tuple[str, float]] = set()

    def update(self, record: Record) -> None:
        """Count a record; a listener for `Recorder.listen`. Thread-safe."""
        if isinstance(record, Completion):
            if record.process == PROBE:
                return
            self.ended[record.operation, Ending(record.type)] += 1
        elif isinstance(record, Event):
            self.events[record.event] += 1
            self.events_about[record.event, record.subject] += 1
        elif isinstance(record, Fault) and record.phase is FaultPhase.INJECT:
            self.injected.add(record.fault)
            self.events_before.setdefault(record.fault, Counter(self.events))
            self._since.setdefault(record.fault, record.time_ns / 1e9)
        elif isinstance(record, Fault) and record.phase is FaultPhase.HEAL:
            self.healed.add(record.fault)
        else:
            return
        self._loop.call_soon_threadsafe(self._changed.set)

    def elapsed(self, plan: str, seconds: float) -> bool:
        """Whether a fault was injected at least `seconds` ago; waiting tasks are woken at that time."""
        begun = self._since.get(plan)
        if begun is None:
            return False
        left = begun + seconds - time.monotonic()
        if left > 0 and (plan, seconds) not in self._alarms:
            self._alarms.add((plan, seconds))
            self._loop.call_later(left, self._changed.set)
        return left <= 0

    def close(self) -> None:
        """End all waits: `until` returns False."""
        self._closed = True
        self._changed.set()

    async def until(self, trigger: "Trigger") -> bool:
        """Wait for a trigger; False when the progress was closed before it was met."""
        while not trigger.met(self):
            if self._closed:
                return False
            self._changed.clear()
            await self._changed.wait()
        return True


Endings: TypeAlias = Annotated[frozenset[Ending], PlainSerializer(sorted)]
"""A set of endings, serialized in sorted order."""


class Trigger(Protocol):
    """A condition on the progress of a run. `str()` of it completes the sentence "when …"."""

    def met(self, progress: RunProgress) -> bool:
        """Whether the condition is met; once met it stays met."""


@dataclass(frozen=True)
class AtOnce:
    """When the workload begins, for faults that must be in force from the first operation on."""

    type: Literal["at_once"] = "at_once"

    def met(self, progress: RunProgress) -> bool:
        """Always."""
        return True

    def __str__(self) -> str:
        return "the workload begins"


@dataclass(frozen=True)
class OperationsEnded:
    """When at least `count` operations of a name have ended with one of `endings`."""

    operation: str
    count: int
    endings: Endings = frozenset(Ending)
    type: Literal["operations_ended"] = "operations_ended"

    def met(self, progress: RunProgress) -> bool:
        """Whether there are that many."""
        return sum(progress.ended[self.operation, ending] for ending in self.endings) >= self.count

    def __str__(self) -> str:
        ways = "" if self.endings == frozenset(Ending) else " " + " or ".join(sorted(self.endings))
        return f"{self.count} {self.operation} ended{ways}"


@dataclass(frozen=True)
class EventsSeen:
    """When an event was recorded at least `count` times; with `about`, only those of that subject count."""

    event: str
    count: int = 1
    about: str = ""
    type: Literal["events_seen"] = "events_seen"

    def met(self, progress: RunProgress) -> bool:
        """Whether it has."""
        seen = progress.events_about[self.event, self.about] if self.about else progress.events[self.event]
        return seen >= self.count

    def __str__(self) -> str:
        return f"{self.count} {self.event} seen" + (f" about {self.about}" if self.about else "")


@dataclass(frozen=True)
class EventsSince:
    """When an event was recorded at least `count` times since that fault was injected."""

    plan: str
    event: str
    count: int = 1
    type: Literal["events_since"] = "events_since"

    def met(self, progress: RunProgress) -> bool:
        """Whether it has."""
        before = progress.events_before.get(self.plan)
        return before is not None and progress.events[self.event] - before[self.event] >= self.count

    def __str__(self) -> str:
        return f"{self.count} {self.event} seen since {self.plan} is in force"


@dataclass(frozen=True)
class Injected:
    """When that fault has been injected."""

    plan: str
    type: Literal["injected"] = "injected"

    def met(self, progress: RunProgress) -> bool:
        """Whether it is."""
        return self.plan in progress.injected

    def __str__(self) -> str:
        return f"{self.plan} is in force"


@dataclass(frozen=True)
class Healed:
    """When that fault has been healed."""

    plan: str
    type: Literal["healed"] = "healed"

    def met(self, progress: RunProgress) -> bool:
        """Whether it has."""
        return self.plan in progress.healed

    def __str__(self) -> str:
        return f"{self.plan} is healed"


@dataclass(frozen=True)
class InForceFor:
    """When a fault has been in force for some seconds: for faults that must outlast a TTL or a deadline."""

    plan: str
    seconds: float
    type: Literal["in_force_for"] = "in_force_for"

    def met(self, progress: RunProgress) -> bool:
        """Whether it has."""
        return progress.elapsed(self.plan, self.seconds)

    def __str__(self) -> str:
        return f"{self.plan} has been in force for {self.seconds:g} s"


@dataclass(frozen=True)
class AllOf:
    """When all of some triggers are met."""

    triggers: tuple["AnyTrigger", ...]
    type: Literal["all_of"] = "all_of"

    def met(self, progress: RunProgress) -> bool:
        """Whether all are met."""
        return all(trigger.met(progress) for trigger in self.triggers)

    def __str__(self) -> str:
        return " and ".join(str(trigger) for trigger in self.triggers)


@dataclass(frozen=True)
class AnyOf:
    """When one of some triggers is met."""

    triggers: tuple["AnyTrigger", ...]
    type: Literal["any_of"] = "any_of"

    def met(self, progress: RunProgress) -> bool:
        """Whether one is met."""
        return any(trigger.met(progress) for trigger in self.triggers)

    def __str__(self) -> str:
        return " or ".join(f"({trigger})" if isinstance(trigger, AllOf) else str(trigger) for trigger in self.triggers)


AnyTrigger: TypeAlias = Annotated[
    AtOnce | OperationsEnded | EventsSeen | EventsSince | Injected | Healed | InForceFor | AllOf | AnyOf,
    Field(discriminator="type"),
]
"""The triggers of a plan, discriminated by `type`."""
