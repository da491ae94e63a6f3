"""A saved run of a small shop with everything that a page can draw: lanes of locks and sagas, a topology, logs with times."""

import json
import uuid
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from harness.experiment import Minimum, RunFolder, RunRecord
from harness.experiment.judging import STAGES
from harness.experiment.presentation import LaneSpec, Node, Presentation, Shade, Tone, TopologyGraph
from harness.history import FaultPhase, Recorder, Row, Writer
from harness.verdict import Outcome, Requirement, RunVerdict, Verdict, Violation
from tests.unit.harness.report.saved_run import SECOND, Clock

STARTED = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
CLOCK_NS = int(STARTED.timestamp()) * SECOND - 5_000 * SECOND
"""The workload begins at 5,000 s of the history's clock, which is noon."""

LOCKS = LaneSpec(
    name="locks",
    title="Lock holders",
    about="Who held the lock on which product.",
    subject="order.lock_grants",
    lane="resource",
    by="holder",
    label=("token",),
    exclusive=True,
)
SAGAS = LaneSpec(
    name="sagas",
    title="Sagas",
    about="How far each order got, step by step.",
    subject="order.saga_steps",
    lane="subject",
    by="executor",
    label=("kind", "step", "direction", "outcome"),
    begin="created_ns",
    end="at_ns",
    chain="saga_id",
    shades=(
        Shade(said="undone", tone=Tone.WARN, when={"direction": "undo"}),
        Shade(said="done", tone=Tone.GOOD, when={"outcome": "done"}),
        Shade(said="refused", tone=Tone.WEAK),
    ),
)
SERVERS = ("mysql", "redis-cache", "redis-lock-1", "redis-lock-2", "redis-lock-3", "rabbitmq")
CALLS = {
    "gateway": ("user", "product", "order", "payment", "redis-cache", "rabbitmq"),
    "user": ("mysql", "redis-cache"),
    "product": ("mysql",),
    "order": ("mysql", "redis-lock-1", "redis-lock-2", "redis-lock-3", "rabbitmq", "product", "payment"),
    "payment": ("mysql", "rabbitmq", "provider", "notification"),
    "notification": ("mysql", "mailbox"),
}
TWICE = ("order", "product")
TOPOLOGY = TopologyGraph(
    nodes=(
        *(
            Node(name=name, role="service", members=tuple(f"{name}-{n}" for n in range(1, 3 if name in TWICE else 2)))
            for name in CALLS
        ),
        *(Node(name=name, role="sandbox", members=(name,)) for name in ("provider", "mailbox")),
        *(Node(name=name, role="server", members=(name,)) for name in SERVERS),
    ),
    edges=tuple((caller, callee) for caller, callees in CALLS.items() for callee in callees),
)
FACTS = RunRecord(
    experiment="redlock_majority_cut",
    about="60 buyers want one product while an order instance is cut off from two of three lock masters.",
    seed=7,
    started_at=STARTED,
    replay="make chaos EXPERIMENT=redlock_majority_cut SEED=7",
    guarantees=("lock_exclusive_and_fenced", "no_oversell"),
    minimums=(Minimum(operation="place_order", count=10),),
    faults=("masters_cut_off", "product_killed"),
    system={"provider": "native", "database": "10.11", "instances": "2 order, 2 product"},
    clock_ns=CLOCK_NS,
    presentation=Presentation(lanes=(LOCKS, SAGAS), topology=TOPOLOGY),
)
CUT = "order-1->redis-lock-1, order-1->redis-lock-2"
PRODUCTS = tuple(str(uuid.uuid5(uuid.NAMESPACE_DNS, f"product {number}")) for number in range(3))
ORDERS = tuple(str(uuid.uuid5(uuid.NAMESPACE_DNS, f"order {number}")) for number in range(60))
BROKEN = Violation(
    what=f"product {PRODUCTS[0]}: order-1 (token 12) and order-2 (token 13) held its lock at once for 0.350 s",
    operations=(21, 24),
    facts={"resource": PRODUCTS[0], "tokens": [12, 13]},
)


def save_pictured(
    parent: Path, *, upto: str = "stop", failure: str = "", overlapping: bool = True, facts: RunRecord = FACTS
) -> RunFolder:
    """A run of 6 s. It ends in the stage `upto`: with this `failure`, else as if it had been killed there."""
    folder = RunFolder.create(parent, facts.experiment, facts.seed, facts.started_at)
    folder.save_record(replace(facts, started_at=STARTED))
    clock = Clock()
    with Writer(folder.history) as writer:
        recorder = Recorder(writer, clock)
        for number, stage in enumerate(STAGES):
            clock.to(number - 4 if number < 4 else max(6.5, (clock.now / SECOND) - 5_000) + 0.1)
            if stage == "workload":
                clock.to(0)
            if stage == "stop" or STAGES.index(stage) <= STAGES.index(upto):
                _stage(recorder, clock, stage, upto, failure, overlapping=overlapping)
            if stage == upto and not failure:
                break
    folder.save_logs(_logs())
    return folder


def _stage(recorder: Recorder, clock: Clock, stage: str, upto: str, failure: str, *, overlapping: bool) -> None:
    recorder.begin(stage)
    if stage == "workload":
        _workload(recorder, clock, 6.0 if stage != upto else 3.0)
    elif stage == "observe":
        recorder.observe(LOCKS.subject, _grants(overlapping=overlapping))
        recorder.observe(SAGAS.subject, _steps())
    clock.now += SECOND // 10
    if stage == upto and failure:
        recorder.finish(stage, failure=failure)
    elif stage != upto or stage == "stop":
        recorder.finish(stage)


def _workload(recorder: Recorder, clock: Clock, seconds: float) -> None:
    happenings = {
        20: lambda: recorder.fault("masters_cut_off", CUT, FaultPhase.INJECT, detail="when 20 place_order ended"),
        21: lambda: recorder.fault("masters_cut_off", CUT, FaultPhase.PROOF, proven=True, detail="1,204 bytes dropped"),
        29: lambda: recorder.fault("product_killed", "product-2", FaultPhase.INJECT, detail="when 29 place_order ended"),
        31: lambda: recorder.fault("product_killed", "product-2", FaultPhase.PROOF, proven=True, detail="process 7 is gone"),
        40: lambda: recorder.fault("masters_cut_off", CUT, FaultPhase.HEAL, detail="order-1 reaches all masters"),
        50: lambda: recorder.fault("product_killed", "product-2", FaultPhase.HEAL, detail="process 8 is ready"),
    }
    for number, order in enumerate(ORDERS):
        if number * 0.1 > seconds:
            return
        clock.to(number * 0.1)
        if number in happenings:
            happenings[number]()
        if number % 20 == 10:
            recorder.event("capture", order)
        call = recorder.invoke(f"buyer-{number:03}", "place_order", {"key": f"k{number}", "product_id": PRODUCTS[0]})
        clock.to(number * 0.1 + 0.04 + (0.3 if 20 < number < 40 else 0.0))
        call.answered(201 if number < 40 else 409, {"order_id": order})


def _at(seconds: float) -> int:
    return int((5_000 + seconds) * SECOND)


def _grants(*, overlapping: bool) -> list[Row]:
    rows: list[Row] = []
    for token in range(40):
        begin = token * 0.14
        end = begin + (0.45 if overlapping and token == 12 else 0.1)
        rows.append(
            {
                "resource": PRODUCTS[0] if token in (12, 13) else PRODUCTS[token % 3],
                "holder": f"order-{1 + (token % 3 == 1)}" if token != 13 else "order-2",
                "token": token,
                "begin_ns": _at(begin),
                "end_ns": None if token == 39 else _at(end),
            }
        )
    return rows


def _steps() -> list[Row]:
    rows: list[Row] = []
    for number, order in enumerate(ORDERS[:45]):
        begin = number * 0.12
        refused = number % 9 == 8
        steps = [("place", "reserve_stock", "do", "SOLD_OUT" if refused else "done", 0.2)]
        if not refused:
            steps += [("complete", "capture_payment", "do", "done", 0.4), ("complete", "confirm_stock", "do", "done", 0.2)]
        if number % 13 == 5:
            steps[-1:] = [
                ("complete", "confirm_stock", "do", "STOCK_LOST", 0.3),
                ("complete", "capture_payment", "undo", "done", 0.6),
            ]
        at = begin
        for kind, step, direction, outcome, took in steps:
            at += took
            rows.append(
                {
                    "saga_id": f"{kind} {order}",
                    "subject": order,
                    "kind": kind,
                    "step": step,
                    "direction": direction,
                    "outcome": outcome,
                    "executor": "order-2" if number % 11 == 3 and step == "confirm_stock" else "order-1",
                    "created_ns": _at(begin if kind == "place" else begin + 0.25),
                    "at_ns": _at(at),
                }
            )
    return rows


def _logs() -> dict[str, str]:
    def line(seconds: float, level: str, event: str, **more: object) -> str:
        stamp = datetime.fromtimestamp(STARTED.timestamp() + seconds, UTC).isoformat().replace("+00:00", "Z")
        return json.dumps({"event": event, "instance": "x", "level": level, "timestamp": stamp, **more})

    return {
        "order-1": "\n".join(
            [
                line(-3, "info", "serving", grpc_port=1),
                line(2.05, "warning", "lock master does not answer", master=1),
                line(2.07, "warning", "lock master does not answer", master=2),
                "Traceback (most recent call last): ConnectionResetError",
                line(2.3, "error", "batch failed <again>", count=12),
            ]
        ),
        "product-2": line(5.2, "info", "serving", grpc_port=2),
        "redis-lock-1": "77:M 22 Nov 2026 12:00:02.100 * Ready to accept connections",
        "gateway-1": "",
    }


def concluded(outcome: Outcome, *, errors: tuple[str, ...] = (), unmet: bool = False) -> RunVerdict:
    """What a run with this outcome comes to; UNKNOWN needs `errors`, VACUOUS is what is `unmet`."""
    first = Outcome.UNKNOWN if outcome is Outcome.UNKNOWN else Outcome.PASS
    lock = Verdict(
        guarantee="lock_exclusive_and_fenced",
        outcome=Outcome.FAIL if outcome is Outcome.FAIL else first,
        promise="Two hold a lock at once only where Redlock's own assumptions were broken on purpose.",
        evidence=(BROKEN,) if outcome is Outcome.FAIL else (),
        counts={"judged": 40, "grants": 40} if first is Outcome.PASS else {},
        why="order.lock_grants was never observed in this run" if first is Outcome.UNKNOWN else "",
    )
    kept = tuple(
        Verdict(guarantee=name, outcome=first, promise="It is kept at all times.", counts={"judged": 60, "orders": 60})
        for name in ("no_oversell", "stock_conserved", "one_order_per_key", "honest_errors")
    )
    return RunVerdict(
        experiment=FACTS.experiment,
        seed=FACTS.seed,
        verdicts=(lock, *kept),
        requirements=(
            Requirement(name="place_order ended ok", met=not unmet, detail="40 seen, 6.7/s; 10 wanted"),
            Requirement(name="fault masters_cut_off took effect", met=True, detail=f"{CUT}: 1,204 bytes dropped"),
        ),
        errors=errors,
    )
