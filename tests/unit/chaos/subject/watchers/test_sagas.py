"""Who goes on with a saga is told by its lease, and by the log of its steps when it is over."""

from chaos.observations.events import SAGA_POSTPONED, SAGA_TAKEN_OVER
from chaos.subject.watchers.sagas import SagaBook, life
from harness.history import Row


def saga(lease: str, *, attempts: int = 0, name: str = "s-1", state: str = "RUNNING") -> Row:
    return {
        "id": name,
        "kind": "complete",
        "subject": f"order of {name}",
        "state": state,
        "step": 0,
        "attempts": attempts,
        "lease": lease,
    }


def looked(book: SagaBook, *active: Row, ended_by: dict[str, str] | None = None) -> list[tuple[str, str]]:
    return [(event, order) for event, order, _ in book.look(active, ended_by or {})]


def test_an_executor_is_a_life_of_an_instance() -> None:
    assert life("order-1:aaaa:1111") == "order-1:aaaa"
    assert life("") == ""


def test_another_claim_of_the_same_life_is_nothing_new() -> None:
    book = SagaBook()
    assert looked(book, saga("order-1:a:1")) == []
    assert looked(book, saga("order-1:a:2")) == []


def test_another_instance_takes_over() -> None:
    book = SagaBook()
    list(book.look([saga("order-1:a:1")], {}))
    ((event, order, detail),) = book.look([saga("order-2:b:1")], {})
    assert (event, order) == (SAGA_TAKEN_OVER, "order of s-1")
    assert detail == {"kind": "complete", "state": "RUNNING", "step": 0, "by": "order-2:b", "after": "order-1:a"}


def test_so_does_the_same_instance_after_it_died() -> None:
    book = SagaBook()
    list(book.look([saga("order-1:a:1")], {}))
    assert looked(book, saga("order-1:b:1")) == [(SAGA_TAKEN_OVER, "order of s-1")]


def test_one_that_came_to_rest_between_two_looks_was_taken_over_too() -> None:
    book = SagaBook()
    list(book.look([saga("order-1:a:1"), saga("order-1:a:1", name="s-2"), saga("order-1:a:1", name="s-3")], {}))
    assert sorted(book.gone([saga("order-1:a:1", name="s-3")])) == ["s-1", "s-2"]
    ended = {"s-1": "order-2:b:9", "s-2": "order-1:a:1"}
    assert looked(book, saga("order-1:a:1", name="s-3"), ended_by=ended) == [(SAGA_TAKEN_OVER, "order of s-1")]
    assert book.gone([]) == ("s-3",)


def test_every_attempt_that_failed_is_told_once() -> None:
    book = SagaBook()
    assert looked(book, saga("order-1:a:1", attempts=1)) == [(SAGA_POSTPONED, "order of s-1")]
    assert looked(book, saga("order-1:a:1", attempts=1)) == []
    assert looked(book, saga("order-1:a:2", attempts=2)) == [(SAGA_POSTPONED, "order of s-1")]
    assert looked(book, saga("order-1:a:2", attempts=0)) == []
