"""A provider's change that breaks a consumer names the rule, the consumer and the place; one that does not is no finding."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import pytest

from harness.contracts.consumers.users import NamingUsers, users_of
from harness.contracts.documents import Documents
from harness.contracts.finding import Finding, Level
from tests.unit.harness.contracts.consumers.declared import CONSUMERS, documents, found, image


def swap(old: str, new: str) -> Callable[[str], str]:
    """An edit that must have something to edit."""

    def edit(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return edit


NOTE = 'field { name: "note" number: 3 type: TYPE_STRING label: LABEL_OPTIONAL } }'
ID = 'name: "Order"\n    field { name: "id" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }'


@pytest.mark.parametrize(
    ("kind", "edit", "rule", "where", "place"),
    [
        (
            "proto",
            swap('name: "Get" input', 'name: "Read" input'),
            "consumer-rpc-removed",
            "desk toy.Desk/Get",
            "desk/a.py:get",
        ),
        ("proto", swap(ID, 'name: "Order"'), "consumer-field-removed", "desk toy.Desk/Get toy.Order.id", "desk/a.py:get"),
        (
            "proto",
            swap(ID, ID.replace('"id"', '"key"')),
            "consumer-field-renamed",
            "desk toy.Order toy.Order.id",
            "desk/c.py:take",
        ),
        (
            "proto",
            swap('"currency" number: 2 type: TYPE_STRING', '"currency" number: 2 type: TYPE_INT32'),
            "consumer-field-type-changed",
            "desk toy.Desk/Get toy.Money.currency",
            "desk/b.py:whole",
        ),
        (
            "proto",
            swap(
                'message_type { name: "Get" field { name: "id" number: 1',
                'message_type { name: "Get" field { name: "id" number: 9',
            ),
            "consumer-field-type-changed",
            "desk toy.Desk/Get toy.Get.id",
            "desk/a.py:get",
        ),
        ("amqp", swap('"paid"', '"settled"'), "consumer-message-removed", "desk toy.Order events:paid", "desk/c.py:take"),
        (
            "amqp",
            swap('"toy.Order"', '"toy.Money"'),
            "consumer-message-type-changed",
            "desk toy.Order events:paid type",
            "desk/c.py:take",
        ),
        (
            "amqp",
            swap('"reply": "toy.Money"', '"reply": ""'),
            "consumer-message-removed",
            "desk toy.Money (reply)",
            "desk/c.py:reply",
        ),
        (
            "amqp",
            swap('{"name": "place"}', '{"name": "orders"}'),
            "consumer-queue-removed",
            "desk toy.Get place",
            "desk/c.py:order",
        ),
        ("openapi", swap('"put"', '"post"'), "consumer-operation-removed", "desk PUT /orders/{id}", "desk/d.py:put"),
        ("openapi", swap('"404"', '"409"'), "consumer-status-unhandled", "desk PUT /orders/{id} 409", "desk/d.py:put"),
        (
            "openapi",
            swap('"units": {"type": "integer"}', '"value": {"type": "integer"}'),
            "consumer-property-removed",
            "desk PUT /orders/{id} 200 total.units",
            "desk/d.py:Order",
        ),
        (
            "openapi",
            swap('"name": {"type": "string"}', '"name": {"type": ["string", "null"]}'),
            "consumer-property-type-changed",
            "desk PUT /orders/{id} 200 items.name",
            "desk/d.py:Order",
        ),
        (
            "openapi",
            swap('"required": ["id", "items"]', '"required": ["items"]'),
            "consumer-property-optional",
            "desk PUT /orders/{id} 200 id",
            "desk/d.py:Order",
        ),
        (
            "openapi",
            swap('"code": {"type": "string"}', '"reason": {"type": "string"}'),
            "consumer-property-removed",
            "desk PUT /orders/{id} problem code",
            "desk/d.py:Order",
        ),
        (
            "openapi",
            swap('"note": {"type": "string"}', '"remark": {"type": "string"}'),
            "consumer-sent-property-removed",
            "desk PUT /orders/{id} note",
            "desk/d.py:put",
        ),
        (
            "openapi",
            swap('"name": "verbose"', '"name": "v"'),
            "consumer-sent-property-removed",
            "desk PUT /orders/{id} ?verbose",
            "desk/d.py:put",
        ),
        (
            "openapi",
            swap('"type": "object", "properties": {"note"', '"type": "object", "required": ["when"], "properties": {"note"'),
            "consumer-required-not-sent",
            "desk PUT /orders/{id} when",
            "desk/d.py:put",
        ),
    ],
)
def test_breaking(kind: str, edit: Callable[[str], str], rule: str, where: str, place: str) -> None:
    findings = found(documents(**{kind: edit}))  # type: ignore[arg-type]  # the name of one of the edits
    assert (rule, where) in {(each.rule, each.where) for each in findings}
    named = next(each for each in findings if (each.rule, each.where) == (rule, where))
    assert named.consumers == (f"desk ({place})",)


def test_a_status_of_an_rpc_that_nobody_handles() -> None:
    def answering(status: str) -> Documents:
        return documents().with_file("proto.binpb", image(answers=status))

    (only,) = found(answering("DATA_LOSS"))
    assert (only.rule, only.where) == ("consumer-status-unhandled", "desk toy.Desk/Get DATA_LOSS")
    assert only.consumers == ("desk (desk/a.py:get)",)
    assert not found(answering("UNAVAILABLE"))
    assert not found(answering("NOT_FOUND"))
    assert not found(answering("DATA_LOSS"), answering("DATA_LOSS"))


@pytest.mark.parametrize(
    ("kind", "edit"),
    [
        ("proto", swap(NOTE, "}")),
        ("proto", swap(NOTE, NOTE + ' message_type { name: "More" }')),
        ("openapi", swap('"unread": {"type": "string"}, ', "")),
        ("openapi", swap('"when": {"type": "string"}', '"when": {}')),
        ("openapi", swap("order_id", "key")),
        (
            "openapi",
            swap('"type": "object", "properties": {"note"', '"anyOf": [{"required": ["when"]}, {}], "properties": {"note"'),
        ),
        ("amqp", swap('"exchanges": [', '"exchanges": [{"name": "more"}, ')),
    ],
)
def test_harmless(kind: str, edit: Callable[[str], str]) -> None:
    assert not found(documents(**{kind: edit}))  # type: ignore[arg-type]  # the name of one of the edits


def test_a_released_consumer_counts_while_the_deploy_rolls() -> None:
    gone = documents(proto=swap(ID, 'name: "Order"'), consumers=())
    assert "consumer-field-removed" in {each.rule for each in found(gone)}


@pytest.mark.parametrize(
    ("contract", "element", "users"),
    [
        ("proto", "toy.Desk/Get", ("desk (desk/a.py:get)",)),
        ("proto", "toy.Order.id", ("desk (desk/a.py:get)", "desk (desk/c.py:take)")),
        ("proto", "toy.Money.currency", ("desk (desk/b.py:whole)",)),
        ("proto", "toy.Order.note", ()),
        ("openapi", "PUT /orders/{order_id}", ("desk (desk/d.py:put)",)),
        ("openapi", "PUT /orders/{order_id} 200 application/json /items/*/name", ("desk (desk/d.py:Order)",)),
        ("openapi", "PUT /orders/{order_id} 200 application/json /items/*", ("desk (desk/d.py:Order)",)),
        ("openapi", "PUT /orders/{order_id} 404 application/problem+json /code", ("desk (desk/d.py:Order)",)),
        ("openapi", "PUT /orders/{order_id} 200 application/json /unread", ()),
        ("openapi", "PUT /orders/{order_id} application/json /note", ("desk (desk/d.py:put)",)),
        ("openapi", "PUT /orders/{order_id} application/json /when", ()),
        ("openapi", "PUT /orders/{order_id} query:verbose", ("desk (desk/d.py:put)",)),
        ("openapi", "PUT /orders/{order_id} query:quiet", ()),
        ("openapi", "PUT /orders/{order_id} 410", ("desk (desk/d.py:put)",)),
        ("openapi", "GET /orders/{order_id}", ()),
        ("amqp", "exchange events", ("desk (desk/c.py:take)",)),
        ("amqp", "exchange other", ()),
        ("amqp", "message events paid", ("desk (desk/c.py:take)",)),
        ("amqp", "binding events paid -> queue books", ("desk (desk/c.py:take)",)),
        ("amqp", "message (default) place", ("desk (desk/c.py:order)",)),
        ("amqp", "queue place x-max-length", ("desk (desk/c.py:order)",)),
        ("amqp", "queue elsewhere", ()),
    ],
)
def test_users_of_an_element(contract: str, element: str, users: tuple[str, ...]) -> None:
    assert users_of(documents(), contract, element) == users


@dataclass(frozen=True)
class _Told:
    """A checker that always finds the same."""

    finding: Finding
    name: str = "proto"
    about: str = "Nothing."
    released: tuple[str, ...] = ()
    current: tuple[str, ...] = ("proto.binpb",)

    def check(self, released: Documents, current: Documents) -> Iterable[Finding]:
        return [self.finding]


def test_a_checker_that_knows_no_users_has_them_named() -> None:
    finding = Finding("proto", "gone", "toy.Order.id", Level.ERR, "It is gone.")
    naming = NamingUsers(_Told(finding))
    (named,) = naming.check(documents(), documents())
    assert named == replace(finding, consumers=("desk (desk/a.py:get)", "desk (desk/c.py:take)"))
    assert (naming.name, naming.current) == ("proto", ("proto.binpb", "consumers.json"))
    known = replace(finding, consumers=("somebody",))
    assert list(NamingUsers(_Told(known)).check(documents(), documents())) == [known]


def test_nobody_uses_what_nobody_declares() -> None:
    assert users_of(documents(consumers=()), "proto", "toy.Order.id") == ()
    assert CONSUMERS
