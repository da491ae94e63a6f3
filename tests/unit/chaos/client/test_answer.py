"""An answer is read as what was promised, or refused with what it said."""

import httpx
import pytest

from chaos.client import Answer, Order, RefusedError, User


def answer(status: int, **said: object) -> Answer:
    request = httpx.Request("POST", "http://shop/orders")
    return Answer.of(httpx.Response(status, request=request, **said))  # type: ignore[arg-type]  # as httpx takes them


def test_a_success_is_read_as_what_was_promised_and_more_fields_do_no_harm() -> None:
    body = {"id": "u", "email": "a@b.example", "name": "Ada", "role": "USER", "created_at": "2026-11-22T12:00:00Z"}
    assert answer(201, json=body).read(User) == User("u", "a@b.example", "Ada", "USER")


def test_a_refusal_quotes_the_problem() -> None:
    problem = {"title": "Conflict", "detail": "sold out", "code": "OUT_OF_STOCK"}
    with pytest.raises(RefusedError, match="POST /orders was answered 409: Conflict; sold out; OUT_OF_STOCK"):
        answer(409, json=problem).read(Order)
    assert answer(409, json=problem).code == "OUT_OF_STOCK"


def test_a_success_that_is_something_else_is_refused() -> None:
    with pytest.raises(RefusedError, match="with no User"):
        answer(200, json={"id": 7}).read(User)


@pytest.mark.parametrize("content", [b"<html>", b"[1]", b'"text"', b"\xff"])
def test_what_is_no_object_is_kept_as_text(content: bytes) -> None:
    assert set(answer(502, content=content).body) == {"text"}


def test_nothing_said_is_nothing_kept() -> None:
    assert answer(204).body == {}
    assert answer(204).code == ""


@pytest.mark.parametrize(("header", "seconds"), [("2", 2.0), ("0", 0.0), ("-3", 0.0), ("Wed, 21 Oct 2026 07:28:00 GMT", None)])
def test_when_to_come_back(header: str, seconds: float | None) -> None:
    assert answer(503, headers={"retry-after": header}).retry_after_s == seconds
    assert answer(503).retry_after_s is None
