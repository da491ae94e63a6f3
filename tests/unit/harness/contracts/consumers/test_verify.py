"""Recorded traffic against declarations: used and not declared fails, declared and not used is reported."""

from dataclasses import replace
from pathlib import Path

import pytest

from harness.contracts.consumers.declaration import DeclarationError, from_document, load, to_toml
from harness.contracts.consumers.recorder.facts import Fact
from harness.contracts.consumers.traffic import derived, uses_in
from harness.contracts.consumers.verify import verify
from harness.contracts.finding import Level
from tests.unit.harness.contracts.consumers.declared import CONSUMERS, documents

(DESK,) = CONSUMERS
GET = ("rpc", "toy.Desk/Get")
FACTS = {
    Fact(*GET, "at", "", "desk/a.py:get"),
    Fact(*GET, "sends", "toy.Get.id", "desk/a.py:get"),
    Fact(*GET, "codes", "OK", "desk/a.py:get"),
    Fact(*GET, "reads", "toy.Order.id", "desk/a.py:get"),
    Fact(*GET, "reads", "toy.Order.total", "desk/a.py:get"),
    Fact(*GET, "reads", "toy.Money.*", "desk/b.py:whole"),
}
ONE = replace(DESK, uses=DESK.uses_of("rpc"))


def test_agreement() -> None:
    assert verify(FACTS, [ONE], complete=True) == []


@pytest.mark.parametrize(
    ("fact", "rule", "where"),
    [
        (
            Fact(*GET, "reads", "toy.Order.note", "desk/a.py:get"),
            "undeclared-use",
            "desk rpc toy.Desk/Get reads toy.Order.note",
        ),
        (Fact(*GET, "sends", "toy.Get.more", "desk/a.py:get"), "undeclared-use", "desk rpc toy.Desk/Get sends toy.Get.more"),
        (Fact(*GET, "codes", "ABORTED", "desk/a.py:get"), "undeclared-use", "desk rpc toy.Desk/Get codes ABORTED"),
        (Fact("rpc", "toy.Desk/Put", "at", "", "desk/a.py:put"), "undeclared-use", "desk rpc toy.Desk/Put"),
        (Fact("message", "toy.Order", "consumes", "x:y", "desk/a.py:take"), "undeclared-use", "desk message toy.Order"),
        (Fact(*GET, "at", "", "elsewhere/a.py:get"), "unknown", "elsewhere/a.py:get"),
    ],
)
@pytest.mark.parametrize("complete", [True, False])
def test_used_and_not_declared(fact: Fact, rule: str, where: str, complete: bool) -> None:
    (only,) = verify(FACTS | {fact}, [ONE], complete=complete)
    assert (only.rule, only.where, only.level) == (f"consumer-{rule}", where, Level.ERR)
    assert fact.place in f"{only.consumers} {only.message}"


def test_a_message_taken_is_named_with_the_code_that_takes_it() -> None:
    fact = Fact("message", "toy.Order", "consumes", "x:y", "desk/a.py:take")
    (only,) = verify(FACTS | {fact}, [ONE], complete=False)
    assert only.consumers == ("desk (desk/a.py:take)",)


@pytest.mark.parametrize("status", ["NOT_FOUND", "UNAVAILABLE"])
def test_a_status_is_handled_here_or_everywhere(status: str) -> None:
    assert verify(FACTS | {Fact(*GET, "codes", status, "desk/a.py:get")}, [ONE], complete=True) == []


def test_one_success_is_like_another() -> None:
    put = "PUT /orders/{id}"
    told = [Fact("rest", put, "at", "", "desk/d.py:put"), Fact("rest", put, "reads", "202 id", "desk/d.py:Order")]
    assert verify(told, [DESK], complete=False) == []
    (only,) = verify([*told, Fact("rest", put, "reads", "202 more", "desk/d.py:Order")], [DESK], complete=False)
    assert only.where == f"desk rest {put} reads 202 more"


def test_another_place_is_worth_a_look() -> None:
    moved = {fact._replace(place="desk/z.py:get") if fact.value == "toy.Order.id" else fact for fact in FACTS}
    (only,) = verify(moved, [ONE], complete=True)
    assert (only.rule, only.level, only.consumers) == ("consumer-place-outdated", Level.WARN, ("desk (desk/z.py:get)",))


def test_declared_and_not_used_is_reported_when_all_was_recorded() -> None:
    less = {fact for fact in FACTS if fact.value != "toy.Order.total"}
    (only,) = verify(less, [ONE], complete=True)
    assert (only.rule, only.level) == ("consumer-declared-unused", Level.WARN)
    assert only.where == "desk rpc toy.Desk/Get reads toy.Order.total"
    assert verify(less, [ONE], complete=False) == []
    assert {each.where for each in verify(FACTS, [DESK], complete=True)} == {
        "desk message toy.Order",
        "desk message toy.Money",
        "desk message toy.Get",
        "desk rest PUT /orders/{id}",
    }


def test_a_consumer_without_traffic_was_not_verified() -> None:
    silent = replace(ONE, name="silent", code=("silent/",))
    (only,) = verify(FACTS, [ONE, silent], complete=True)
    assert (only.rule, only.where, only.level) == ("consumer-nothing-recorded", "silent", Level.ERR)
    assert verify(FACTS, [ONE, replace(silent, outside=True)], complete=True) == []
    assert verify(FACTS, [ONE, silent], complete=False) == []


def test_what_is_derived_is_then_agreed() -> None:
    more = FACTS | {
        Fact("rpc", "toy.Desk/Put", "at", "", "desk/a.py:put"),
        Fact("rpc", "toy.Desk/Put", "codes", "UNAVAILABLE", "desk/a.py:put"),
    }
    for exact in (True, False):
        assert verify(more, [derived(DESK, uses_in(more), exact=exact)], complete=False) == []
    exactly = derived(DESK, uses_in(more), exact=True)
    assert [use.name for use in exactly.uses] == ["toy.Desk/Get", "toy.Desk/Put"]
    assert exactly.uses[1].codes == ()  # a status that comes and goes with the load
    assert {use.name for use in derived(DESK, uses_in(more), exact=False).uses} >= {use.name for use in DESK.uses}


def test_a_file_and_a_document_say_the_same(tmp_path: Path) -> None:
    (tmp_path / "desk.toml").write_text(to_toml(DESK))
    (read,) = load(tmp_path)
    assert to_toml(read) == to_toml(DESK)
    assert {(use.kind, use.name, use.fields_read) for use in read.uses} == {(u.kind, u.name, u.fields_read) for u in DESK.uses}
    assert [to_toml(each) for each in from_document(documents())] == [to_toml(DESK)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('name = "other"', "call the file other.toml"),
        ("outside = true", "has no `name`"),
        ('name = "desk"\ncodes = []', "no key 'codes'"),
        ('name = "desk"\n[rpc."a/B"]\nread = []', "rpc a/B: there is no key 'read'"),
        ("name =", "desk.toml"),
    ],
)
def test_a_declaration_that_cannot_be_understood(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "desk.toml").write_text(text)
    with pytest.raises(DeclarationError, match=said):
        load(tmp_path)
