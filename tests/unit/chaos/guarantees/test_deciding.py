"""A 202 waits from its answer to the end of the saga that decided it, less the time for which a fault was in force."""

import pytest

from chaos.guarantees.deciding import decided
from chaos.observations.orders import CANCEL_ORDER, COMPLETE_ORDER, PLACE_ORDER, SAGA_STEPS
from harness.history import FaultPhase, History, Record, Recorder, Row

S = 1_000_000_000


class Story(list[Record]):
    """A history told second by second."""

    def __init__(self) -> None:
        self.now = 0.0
        self.recorder = Recorder(self, clock=lambda: round(self.now * S))
        self.steps: list[Row] = []

    def write(self, record: Record) -> None:
        self.append(record)

    def answers(self, at_s: float, name: str, status: int = 202) -> None:
        """An operation on the order o, invoked half a second before."""
        self.now = at_s - 0.5
        call = self.recorder.invoke("buyer", name, {} if name == PLACE_ORDER else {"order_id": "o"})
        self.now = at_s
        call.answered(status, {"id": "o"})

    def saga(self, kind: str, begun_s: float, *steps_s: float, order: str = "o") -> None:
        """A saga of an order, with steps that ended then."""
        number = len(self.steps)
        self.steps += [
            {
                "saga_id": f"saga-{number}",
                "subject": order,
                "kind": kind,
                "step": "reserve_stock",
                "direction": "do",
                "outcome": "done",
                "executor": "order-1",
                "at_ns": round(at_s * S),
                "created_ns": round(begun_s * S),
            }
            for at_s in steps_s
        ]

    def strikes(self, fault: str, begin_s: float, end_s: float | None) -> None:
        """A fault is in force between two times."""
        self.now = begin_s
        self.recorder.fault(fault, "order-1", FaultPhase.INJECT)
        if end_s is not None:
            self.now = end_s
            self.recorder.fault(fault, "order-1", FaultPhase.HEAL)

    def waits(self) -> list[float]:
        """What everybody waited, in the order of asking."""
        self.now = 100.0
        self.recorder.observe(SAGA_STEPS, self.steps)
        return [round(seconds, 3) for _, seconds in decided(History(sorted(self, key=lambda each: each.time_ns)))]


@pytest.mark.parametrize(("name", "kind"), [(PLACE_ORDER, "place"), (COMPLETE_ORDER, "complete"), (CANCEL_ORDER, "cancel")])
def test_it_waits_until_the_last_step_of_its_saga(name: str, kind: str) -> None:
    story = Story()
    story.answers(10, name)
    story.saga(kind, 9.8, 11, 14)
    story.saga("expire", 50, 60)
    story.saga(kind, 9.8, 90, order="another")
    assert story.waits() == [4.0]


def test_other_answers_do_not_wait_and_what_was_never_decided_is_not_here() -> None:
    story = Story()
    story.answers(10, PLACE_ORDER, 201)
    story.answers(20, COMPLETE_ORDER)
    story.saga("place", 9.8, 14)
    assert story.waits() == []


def test_of_several_sagas_the_last_that_had_begun_counts_or_else_the_first_that_began() -> None:
    story = Story()
    story.answers(10, COMPLETE_ORDER)
    for begun_s in (5, 9.8, 30):
        story.saga("complete", begun_s, begun_s + 3)
    assert story.waits() == [2.8]
    queued = Story()
    queued.answers(10, PLACE_ORDER)
    queued.saga("place", 12, 13)
    assert queued.waits() == [3.0]


def test_an_answer_that_came_after_the_decision_did_not_wait() -> None:
    story = Story()
    story.answers(10, PLACE_ORDER)
    story.saga("place", 8, 9)
    assert story.waits() == [0.0]


@pytest.mark.parametrize(
    ("faults", "waited_s"),
    [
        ([(12, 15)], 7.0),
        ([(5, 12)], 8.0),
        ([(12, 16), (14, 18)], 4.0),
        ([(19, None)], 9.0),
        ([(1, 5), (30, 40)], 10.0),
    ],
)
def test_time_for_which_a_fault_was_in_force_does_not_count(faults: list[tuple[float, float | None]], waited_s: float) -> None:
    story = Story()
    story.answers(10, PLACE_ORDER)
    for number, (begin_s, end_s) in enumerate(faults):
        story.strikes(f"fault-{number}", begin_s, end_s)
    story.saga("place", 10, 20)
    assert story.waits() == [waited_s]


def test_a_run_that_did_not_observe_the_steps_tells_nothing() -> None:
    story = Story()
    story.answers(10, PLACE_ORDER)
    assert list(decided(History(story))) == []
