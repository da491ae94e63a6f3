"""shop: generates the run folder of buyers and visitors in a shop that violates no guarantee."""

from datetime import UTC, datetime
from pathlib import Path

from chaos.bench.books import Books
from chaos.bench.buyers import UNITS, SimulatedBuyer
from chaos.bench.visitors import SimulatedVisitor
from chaos.bench.world import Clock, Steps, World, simulate
from chaos.guarantees import GUARANTEES
from chaos.observations.stock import Movement
from harness.bench_checkers.maker import HistoryMaker
from harness.experiment import RunFolder, RunRecord
from harness.experiment.judging import STAGES
from harness.fuzz.judging import FuzzGuarantee
from harness.history import FaultPhase, Record, Recorder
from harness.history.records import RECORD
from harness.seed import Seed

BUYERS, VISITORS, PRODUCTS = 300, 30, 50
WORKLOAD = "workload"
HEALED = 0.5
"""The fraction of the operations after which the fault is healed."""


class _File:
    """A buffered sink without flushing: a crash may lose records."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("xb", buffering=1 << 20)
        self.written = 0

    def write(self, record: Record) -> None:
        self._file.write(RECORD.dump_json(record) + b"\n")
        self.written += 1

    def close(self) -> None:
        self._file.close()


def _make(folder: RunFolder, operations: int, seed: Seed) -> None:
    """Write a run of about so many operations."""
    folder.save_record(_facts(operations, seed))
    clock, file, books = Clock(), _File(folder.history), Books()
    recorder = Recorder(file, clock)
    world = World(
        recorder,
        seed.stream("world"),
        books,
        products=(),
        enough=lambda: file.written >= 2 * operations,
        disturbed=lambda: file.written < 2 * operations * HEALED,
        clock=clock,
    )
    world.products = tuple(world.new_id() for _ in range(PRODUCTS))
    for product in world.products:
        books.moves(product, Movement.PUT, None, UNITS)
    for stage in STAGES[: STAGES.index(WORKLOAD)]:
        recorder.begin(stage)
        recorder.finish(stage)
    recorder.begin(WORKLOAD)
    simulate([*_actors(world), _fault(world, file, operations)], clock)
    recorder.finish(WORKLOAD)
    for stage in STAGES[STAGES.index(WORKLOAD) + 1 :]:
        recorder.begin(stage)
        recorder.finish(stage)
    file.close()
    books.close()
    books.write(folder.history, clock.now_ns + 1)


def _actors(world: World) -> list[Steps]:
    visitors = [SimulatedVisitor(world, f"visitor-{number:03}") for number in range(VISITORS)]
    for visitor, neighbour in zip(visitors, visitors[1:] + visitors[:1], strict=True):
        visitor.neighbour = neighbour
    buyers = [SimulatedBuyer(world, f"buyer-{number:03}") for number in range(BUYERS)]
    return [*(visitor.steps() for visitor in visitors), *(buyer.steps() for buyer in buyers)]


def _fault(world: World, file: _File, operations: int) -> Steps:
    """A fault from 40 % to 50 % of the operations, whose only effect is some answers 503."""
    for phase, at in ((FaultPhase.INJECT, 0.4), (FaultPhase.PROOF, 0.45), (FaultPhase.HEAL, HEALED)):
        while file.written < 2 * operations * at:
            yield world.duration_ns(50, 100)
        world.recorder.fault("kill", "order-1", phase, proven=True if phase is FaultPhase.PROOF else None)


def _facts(operations: int, seed: Seed) -> RunRecord:
    return RunRecord(
        experiment="bench_checkers",
        about=f"A generated run of about {operations:,} operations.",
        seed=seed.value,
        started_at=datetime.now(UTC),
        replay=f"gauntlet bench checkers --operations {operations}",
        guarantees=tuple(each.name for each in GUARANTEES if each.name not in OF_FUZZING),
        minimums=(),
        faults=("kill",),
    )


OF_FUZZING = frozenset(each.name for each in GUARANTEES if isinstance(each, FuzzGuarantee)) | {
    "categories_told_truly",
    "connections_returned",
    "guessing_is_limited",
    "hopeless_messages_kept",
    "inbox_agrees",
    "lists_are_complete",
    "lock_protocol_kept",
    "memory_bounded",
    "quiet_logs",
    "times_told_truly",
}
"""What a run of buyers alone gives no evidence of."""

shop = HistoryMaker("shop", "Buyers and visitors of a shop that violates no guarantee.", _make)
