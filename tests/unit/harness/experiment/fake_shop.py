"""A shop of memory and switches: a subject, a workload and a fault that do what the test tells them to."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from harness.experiment import (
    AssumptionError,
    Bounds,
    Choices,
    Context,
    Drive,
    Experiment,
    Fault,
    FaultPlan,
    Minimum,
    NotSteadyError,
    OperationsEnded,
    Proof,
    Sighting,
)
from harness.experiment.presentation import Node, Presentation, TopologyGraph
from harness.faults.inventory import Inventory
from harness.faults.registry import fault_kind
from harness.faults.spec import FaultSpec
from harness.history import History, Recorder, Row
from harness.system.watchers import watching
from harness.verdict import Finding, Guarantee, Violation


@dataclass
class FakeShop:
    """The running system: `down` names members that are dead, `busy` looks that see something outstanding."""

    well: bool = True
    members: set[str] = field(default_factory=lambda: {"order-1"})
    down: set[str] = field(default_factory=set)
    busy: int = 0
    observe_error: Exception | None = None
    story: list[str] = field(default_factory=list)
    orders: int = 0
    asked: int = 0
    blind_after: int | None = None
    """After so many orders its only watcher dies."""
    blinded: asyncio.Event = field(default_factory=asyncio.Event)

    async def steady(self, context: Context) -> None:
        self.story.append("steady")
        if not self.well:
            raise NotSteadyError("the probe order was answered 503")

    @asynccontextmanager
    async def watching(self, context: Context) -> AsyncIterator[None]:
        self.story.append("watch")
        context.recorder.event("watched", "order-1")

        async def everything(subject: FakeShop, _recorder: Recorder, ready: asyncio.Event) -> None:
            ready.set()
            await subject.blinded.wait()
            raise OSError("no eyes")

        try:
            async with watching({"all": everything}, self, context):
                yield
        finally:
            self.story.append("watched")

    async def outstanding(self) -> Sequence[str]:
        self.busy -= 1
        return [f"{self.busy + 1} orders PENDING"] if self.busy >= 0 else []

    async def observe(self) -> Iterable[tuple[str, Sequence[Row]]]:
        self.story.append("observe")
        if self.observe_error:
            raise self.observe_error
        return [("orders", [{"count": self.orders}])]

    async def facts(self) -> Mapping[str, str]:
        return {"provider": "fake"}

    def presentation(self) -> Presentation:
        return Presentation(topology=TopologyGraph(nodes=(Node(name="order", role="service", members=("order-1",)),)))

    async def usage(self) -> Mapping[str, float]:
        self.asked += 1
        return {"order-1": 0.5 * self.asked}

    def logs(self) -> Mapping[str, str]:
        return {"order-1": "started\n"}


@dataclass
class FakeSystem:
    shop: FakeShop
    start_error: Exception | None = None

    def inventory(self, choices: Choices) -> Inventory:
        return Inventory({"order": tuple(sorted(self.shop.members))})

    @asynccontextmanager
    async def started(self, context: Context) -> AsyncIterator[FakeShop]:
        if self.start_error:
            raise self.start_error
        self.shop.story.append("start")
        try:
            yield self.shop
        finally:
            self.shop.story.append("stop")


@dataclass
class Buyers:
    """Places `count` orders one after the other; hangs after `hang_after` of them."""

    count: int = 10
    hang_after: int | None = None
    error: Exception | None = None
    hanging: asyncio.Event = field(default_factory=asyncio.Event)

    async def prepare(self, subject: FakeShop, context: Context) -> Drive:
        subject.story.append("prepare")
        return lambda: self.drive(subject, context)

    async def drive(self, subject: FakeShop, context: Context) -> None:
        for number in range(self.count):
            if number == self.hang_after:
                with context.recorder.invoke("buyer", "place_order"):
                    self.hanging.set()
                    await asyncio.Event().wait()
            with context.recorder.invoke("buyer", "place_order") as call:
                await _let_others_run()
                call.answered(503 if subject.down else 201, {})
                subject.orders += 1
            if subject.orders == subject.blind_after:
                subject.blinded.set()
        if self.error:
            raise self.error


@dataclass
class FakeKill:
    """Kills a member; may refuse, may have no effect, may resist healing."""

    target: str = "order-1"
    hit: tuple[str, ...] = ()
    inject_error: Exception | None = None
    heal_errors: int = 0
    effective: bool = True
    late: bool = False
    """Shows its effect only when it is looked at again."""
    looks: int = 0

    @property
    def spec(self) -> FaultSpec:
        return FaultSpec(
            kind=KIND, members=(self.target,), parameters={"number": MADE.setdefault(id(self), (len(MADE), self))[0]}
        )

    async def assume(self, subject: FakeShop) -> None:
        if self.target not in subject.members:
            raise AssumptionError(f"there is no {self.target}")

    async def inject(self, subject: FakeShop) -> None:
        subject.story.append("inject")
        subject.down.add(self.target)
        if self.inject_error:
            raise self.inject_error

    async def prove(self, subject: FakeShop) -> Proof:
        self.looks += 1
        effective = self.effective and (not self.late or self.looks > 1)
        return Proof(effective=effective, detail="process 7 is gone" if effective else "process 7 is alive")

    async def heal(self, subject: FakeShop) -> str:
        subject.story.append("heal")
        if self.heal_errors:
            self.heal_errors -= 1
            raise TimeoutError("not ready after 30 s")
        subject.down.discard(self.target)
        return "process 8 is ready"


MADE: dict[int, tuple[int, Fault[FakeShop]]] = {}
"""Faults that tests have made, with the numbers by which their specs name them."""
KIND = "fake"


@fault_kind(KIND)
def as_made(spec: FaultSpec) -> Fault[FakeShop]:
    """The very fault that the test has made."""
    return next(fault for number, fault in MADE.values() if number == spec.integer("number"))


def kill(fault: Fault[FakeShop], *, name: str = "kill_order", at: int = 3, until: int = 6) -> FaultPlan:
    return FaultPlan(
        name=name,
        fault=lambda _inventory, _random: fault.spec,
        inject=OperationsEnded("place_order", at),
        heal=OperationsEnded("place_order", until),
    )


def experiment(
    system: FakeSystem,
    *,
    workload: Buyers | None = None,
    faults: tuple[FaultPlan, ...] = (),
    minimums: tuple[Minimum, ...] = (Minimum(operation="place_order", count=5),),
    guarantees: tuple[str, ...] = ("orders_counted",),
    bounds: Bounds | None = None,
    sightings: tuple[Sighting, ...] = (),
) -> Experiment[FakeShop]:
    return Experiment(
        name="fake_sale",
        about="a sale in memory",
        system=system,
        workload=workload or Buyers(),
        faults=faults,
        guarantees=guarantees,
        minimums=minimums,
        sightings=sightings,
        bounds=bounds or Bounds(),
    )


def counted(history: History) -> Finding:
    (row,) = history.observed("orders")
    placed = len(history.named("place_order"))
    wrong = row["count"] != placed
    return Finding(judged=placed, violations=(Violation(what=f"{placed} placed, {row['count']} kept"),) * wrong)


ORDERS_COUNTED = Guarantee("orders_counted", "Every order is kept.", counted)


async def _let_others_run() -> None:
    for _ in range(10):
        await asyncio.sleep(0)
