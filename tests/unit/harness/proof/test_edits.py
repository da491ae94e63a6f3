"""Every edit does what it says to one candidate, leaves the original alone, and says when there is none."""

import pytest

from harness.history import Ending, Event, Operation
from harness.proof import Draft, Edit, Events, Operations, Rows, both, either
from harness.seed import Seed


def draft() -> Draft:
    asked = Operation(
        id=1, process="ada", name="buy", input={"of": "a"}, invoked_ns=1, completed_ns=5, ending=Ending.OK, status=200
    )
    seen = [Event(time_ns=at_ns, event="seen", subject="", detail={"well": True}) for at_ns in (2, 3)]
    return Draft(
        operations=[asked], events=seen, rows={"book": [{"id": 1, "of": "a"}, {"id": 2, "of": "b"}], "none": []}, observed_ns=10
    )


def done(edit: Edit) -> Draft:
    original = draft()
    copy = original.copy()
    assert edit(copy, Seed(1).stream("edit"))
    assert original == draft(), "the original is as it was"
    assert copy.history().operations is not None
    return copy


BOOK, A, BUY = Rows("book"), Rows("book", lambda _draft, row: row["of"] == "a"), Operations(("buy",))


@pytest.mark.parametrize(
    ("edit", "book"),
    [
        (A.drop(), [{"id": 2, "of": "b"}]),
        (BOOK.drop_all(), []),
        (A.change(of="c"), [{"id": 1, "of": "c"}, {"id": 2, "of": "b"}]),
        (A.change(id=lambda _draft, row: row["id"] + 6), [{"id": 7, "of": "a"}, {"id": 2, "of": "b"}]),
        (A.duplicate(id=3), [{"id": 1, "of": "a"}, {"id": 3, "of": "a"}, {"id": 2, "of": "b"}]),
        (BOOK.swap("of"), [{"id": 1, "of": "b"}, {"id": 2, "of": "a"}]),
        (BOOK.add(lambda _draft, _random: {"id": 9}), [{"id": 1, "of": "a"}, {"id": 2, "of": "b"}, {"id": 9}]),
        (both(A.change(of="c"), A.drop()), None),
        (either(Rows("none").drop(), A.drop()), [{"id": 2, "of": "b"}]),
    ],
)
def test_rows(edit: Edit, book: list[object] | None) -> None:
    if book is None:
        assert not edit(draft(), Seed(1).stream("edit")), "the second had nothing any more"
    else:
        assert done(edit).rows["book"] == book


def test_an_answer_is_forged() -> None:
    (operation,) = done(BUY.answered(503, {"code": "X"}, id=lambda _draft, each: each.id)).operations
    assert (operation.status, operation.ending, operation.output) == (503, Ending.INFO, {"code": "X", "id": 1})


def test_an_answer_is_lost_late_or_of_another_question() -> None:
    assert done(BUY.lost()).operations[0].unknown
    assert done(BUY.late(2.0)).operations[0].latency_s == pytest.approx(2.0)
    assert done(BUY.asked(of="z")).operations[0].input == {"of": "z"}
    assert done(BUY.drop()).operations == done(BUY.drop_all()).operations == []


def test_it_is_done_again_after_all_others_and_before_the_rows_are_read() -> None:
    corrupted = done(BUY.again(404, {}, process="eve"))
    first, second = corrupted.operations
    assert (second.id, second.process, second.status, second.ending) == (2, "eve", 404, Ending.FAIL)
    assert (first.completed_ns or 0) < second.invoked_ns < (second.completed_ns or 0) < corrupted.observed_ns


def test_events_change_and_come_later() -> None:
    def told(edit: Edit) -> list[tuple[int, object]]:
        return [(each.time_ns, each.detail["well"]) for each in done(edit).events]

    assert told(Events("seen").change(well=False)) == [(2, False), (3, False)]
    assert told(Events("seen").change(1, later_s=1e-6, well=None)) == [(2, True), (1003, None)]
    assert done(Events("seen").change(later_s=1e-6)).observed_ns == 1004


@pytest.mark.parametrize(
    "edit",
    [Events("unseen").change(a=1), Rows("none").drop(), Rows("unseen").change(a=1), Operations(("sell",)).lost(), A.swap("of")],
)
def test_what_cannot_be_done_is_told(edit: Edit) -> None:
    copy = draft()
    assert not edit(copy, Seed(1).stream("edit"))
    assert copy == draft()


def test_a_draft_of_a_history_is_the_same_history() -> None:
    assert Draft.of(draft().history()).history() == draft().history()
