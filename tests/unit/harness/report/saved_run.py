"""A saved run with a second of traffic, a fault and whatever else a test asks for."""

from datetime import UTC, datetime
from pathlib import Path

from harness.experiment import Minimum, RunFolder, RunRecord
from harness.experiment.judging import STAGES
from harness.history import Ending, FaultPhase, Recorder, Writer
from harness.verdict import Outcome, Requirement, RunVerdict, Verdict, Violation

FACTS = RunRecord(
    experiment="flash_sale",
    about="many want <few>",
    seed=42,
    started_at=datetime(2026, 11, 22, 12, 0, tzinfo=UTC),
    replay="make chaos EXPERIMENT=flash_sale SEED=42",
    guarantees=("no_oversell",),
    minimums=(Minimum(operation="place_order", count=1),),
    faults=("kill_order", "never_came"),
    system={"provider": "native", "database": "10.11"},
)
BROKEN = Violation(what="p: 101 <b>sold</b>", operations=(3, 4), facts={"account": "p", "left": -1})
SECOND = 1_000_000_000


class Clock:
    """Nanoseconds that a test moves."""

    def __init__(self) -> None:
        self.now = 5_000 * SECOND

    def __call__(self) -> int:
        return self.now

    def to(self, seconds: float) -> None:
        self.now = int((5_000 + seconds) * SECOND)


def save(parent: Path, *, orders: int = 10, upto: str = "stop", step_s: float = 0.1, healed: bool = True) -> RunFolder:
    """A run whose workload began at 0 s and placed an order every `step_s` seconds, answered after 50 ms."""
    folder = RunFolder.create(parent, "flash_sale", 42)
    folder.save_record(FACTS)
    clock = Clock()
    with Writer(folder.history) as writer:
        recorder = Recorder(writer, clock)
        for stage in STAGES[: STAGES.index(upto) + 1]:
            recorder.begin(stage)
            if stage == "workload":
                _workload(recorder, clock, orders, step_s, healed=healed)
            if stage != upto or upto == "stop":
                recorder.finish(stage)
    folder.save_logs({"order-1": "one\ntwo </script>\n", "gateway-1": ""})
    return folder


def _workload(recorder: Recorder, clock: Clock, orders: int, step_s: float, *, healed: bool) -> None:
    for number in range(orders):
        clock.to(number * step_s)
        if number == 2:
            recorder.fault("kill_order", "order-1", FaultPhase.INJECT, detail="when 2 place_order ended")
            recorder.fault("kill_order", "order-1", FaultPhase.PROOF, proven=True, detail="process 7 is gone")
        if number == 6 and healed:
            recorder.fault("kill_order", "order-1", FaultPhase.HEAL, detail="process 8 is ready")
        call = recorder.invoke(f"buyer-{number}", "place_order", {"key": f"k{number}"})
        clock.to(number * step_s + 0.05)
        if number == 3:
            call.end(Ending.INFO, error="ReadTimeout: no answer")
        else:
            call.answered(201 if number < 5 else 409, {"id": f"o{number}"})
    recorder.fault("never_came", "order-2", FaultPhase.ERROR, detail="never injected")


def verdict(*, broken: bool = False, errors: tuple[str, ...] = ()) -> RunVerdict:
    """What was concluded of it."""
    outcome = Outcome.FAIL if broken else Outcome.PASS
    return RunVerdict(
        experiment="flash_sale",
        seed=42,
        verdicts=(
            Verdict(
                guarantee="no_oversell",
                outcome=outcome,
                promise="Units never exceed the stock.",
                evidence=(BROKEN,) * (30 if broken else 0),
                counts={"judged": 10},
            ),
            Verdict(guarantee="late", outcome=Outcome.UNKNOWN, promise="It ends.", why="the judge was not done after 60 s"),
        ),
        requirements=(Requirement(name="fault never_came took effect", met=False, detail="never injected"),),
        errors=errors,
    )
