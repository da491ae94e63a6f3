"""Every rule about AMQP fires on its change, and nothing that breaks is said of the change that hurts nobody."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from harness.contracts.amqp import RULES, check
from harness.contracts.amqp.topology import Binding, Exchange, MessageType, Queue, Topology, parse
from harness.contracts.documents import as_json
from harness.contracts.finding import Level

EXCHANGE = Exchange("events", "topic")
QUEUE = Queue("mails", arguments={"x-queue-type": "quorum", "x-delivery-limit": 20})
ASKED = Queue("ask")
BOUND = Binding("events", "mails", "order.paid")
PAID = MessageType("events", "order.paid", "v1.Event", payload="paid")
ASK = MessageType("", "ask", "v1.Ask", reply="v1.Answer")
OLD = Topology((EXCHANGE,), (QUEUE, ASKED), (BOUND,), (PAID, ASK))

Edit = Callable[[Topology], Topology]


def exchange(**changes: object) -> Edit:
    return lambda old: replace(old, exchanges=(replace(EXCHANGE, **changes),))  # type: ignore[arg-type] # any attribute


def queue(**changes: object) -> Edit:
    return lambda old: replace(old, queues=(replace(QUEUE, **changes), ASKED))  # type: ignore[arg-type] # any attribute


def argument(name: str, value: object) -> Edit:
    return queue(arguments={**QUEUE.arguments, name: value})


def binding(*bindings: Binding) -> Edit:
    return lambda old: replace(old, bindings=bindings)


def message(**changes: object) -> Edit:
    return lambda old: replace(old, messages=(replace(PAID, **changes), ASK))  # type: ignore[arg-type] # any attribute


def ask(**changes: object) -> Edit:
    return lambda old: replace(old, messages=(PAID, replace(ASK, **changes)))  # type: ignore[arg-type] # any attribute


NEW_QUEUE = Queue("audit")
CHANGES: list[tuple[str, Edit, str]] = [
    ("exchange-removed", lambda old: replace(old, exchanges=()), "exchange events"),
    ("exchange-added", lambda old: replace(old, exchanges=(EXCHANGE, Exchange("more", "fanout"))), "exchange more"),
    ("exchange-type-changed", exchange(type="direct"), "exchange events"),
    ("exchange-durability-changed", exchange(durable=False), "exchange events"),
    ("exchange-auto-delete-changed", exchange(auto_delete=True), "exchange events"),
    ("exchange-internal-changed", exchange(internal=True), "exchange events"),
    ("exchange-arguments-changed", exchange(arguments={"alternate-exchange": "lost"}), "exchange events"),
    ("queue-removed", lambda old: replace(old, queues=(ASKED,)), "queue mails"),
    ("queue-added", lambda old: replace(old, queues=(QUEUE, ASKED, NEW_QUEUE)), "queue audit"),
    ("queue-durability-changed", queue(durable=False), "queue mails"),
    ("queue-auto-delete-changed", queue(auto_delete=True), "queue mails"),
    ("queue-type-changed", argument("x-queue-type", "classic"), "queue mails x-queue-type"),
    ("queue-message-ttl-changed", argument("x-message-ttl", 60000), "queue mails x-message-ttl"),
    ("queue-expiry-changed", argument("x-expires", 60000), "queue mails x-expires"),
    ("queue-dead-letter-changed", argument("x-dead-letter-exchange", "lost"), "queue mails x-dead-letter-exchange"),
    ("queue-length-limit-changed", argument("x-max-length", 10), "queue mails x-max-length"),
    ("queue-delivery-limit-changed", argument("x-delivery-limit", 10), "queue mails x-delivery-limit"),
    ("queue-consumers-changed", argument("x-single-active-consumer", value=True), "queue mails x-single-active-consumer"),
    ("queue-argument-changed", argument("x-queue-leader-locator", "balanced"), "queue mails x-queue-leader-locator"),
    ("binding-removed", binding(), "binding events order.paid -> queue mails"),
    ("binding-removed", binding(Binding("events", "mails", "order.*.eu")), "binding events order.paid -> queue mails"),
    ("binding-arguments-changed", binding(replace(BOUND, arguments={"a": 1})), "binding events order.paid -> queue mails"),
    ("binding-added-to-existing-queue", binding(BOUND, replace(BOUND, routing_key="#")), "binding events # -> queue mails"),
    ("binding-added", binding(BOUND, Binding("events", "audit", "#")), "binding events # -> queue audit"),
    ("message-removed", lambda old: replace(old, messages=(ASK,)), "message events order.paid"),
    ("message-type-changed", message(type="v1.Other"), "message events order.paid"),
    ("message-payload-changed", message(payload="settled"), "message events order.paid"),
    ("message-content-type-changed", message(content_type="application/json"), "message events order.paid"),
    ("message-reply-removed", ask(reply=""), "message (default) ask"),
    ("message-reply-type-changed", ask(reply="v1.Other"), "message (default) ask"),
    ("message-reply-added", message(reply="v1.Answer"), "message events order.paid"),
    (
        "message-added",
        lambda old: replace(old, messages=(PAID, ASK, replace(PAID, routing_key="order.late"))),
        "message events order.late",
    ),
    (
        "message-added-to-existing-queue",
        lambda old: replace(old, messages=(PAID, ASK, MessageType("", "mails", "v1.Mail"))),
        "message (default) mails",
    ),
]


@pytest.mark.parametrize(("rule", "edit", "where"), CHANGES, ids=[f"{rule}-{at}" for at, (rule, _, _) in enumerate(CHANGES)])
def test_a_change_is_named_by_its_rule_at_its_place(rule: str, edit: Edit, where: str) -> None:
    found = {(each.rule, each.where) for each in check(OLD, edit(OLD))}
    assert (rule, where) in found
    assert all(each.level is RULES[each.rule].level for each in check(OLD, edit(OLD)))


def test_every_rule_has_a_change_that_it_is_tried_on() -> None:
    assert {rule for rule, _, _ in CHANGES} == set(RULES)


HARMLESS: dict[str, tuple[Topology, Topology]] = {
    "nothing": (OLD, OLD),
    "another order": (OLD, replace(OLD, queues=OLD.queues[::-1], messages=OLD.messages[::-1])),
    "a classic queue says so": (
        Topology(queues=(Queue("q"),)),
        Topology(queues=(Queue("q", arguments={"x-queue-type": "classic"}),)),
    ),
    "new queue and binding": (
        OLD,
        binding(BOUND, Binding("events", "audit", "#"))(replace(OLD, queues=(*OLD.queues, NEW_QUEUE))),
    ),
    "a fan-out ignores keys": (
        Topology((Exchange("all", "fanout"),), (QUEUE,), (Binding("all", "mails", "x"),)),
        Topology((Exchange("all", "fanout"),), (QUEUE,), (Binding("all", "mails", ""),)),
    ),
    "a new exchange": (OLD, replace(OLD, exchanges=(EXCHANGE, Exchange("more", "fanout")))),
    "a message nobody is bound to": (OLD, replace(OLD, messages=(*OLD.messages, replace(PAID, routing_key="order.late")))),
    "a reply to what had none": (OLD, message(reply="v1.Answer")(OLD)),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_what_hurts_nobody_is_no_error(name: str) -> None:
    assert [each for each in check(*HARMLESS[name]) if each.level is Level.ERR] == []


def test_a_binding_that_a_wider_one_covers_is_not_missed() -> None:
    wider = binding(Binding("events", "mails", "order.*"))(OLD)
    assert [each.rule for each in check(OLD, wider)] == ["binding-added-to-existing-queue"]


def test_a_document_is_read_as_it_was_written() -> None:
    assert parse(as_json(OLD.document())).document() == OLD.document()


def test_a_document_with_a_misspelt_key_is_refused() -> None:
    document = OLD.document()
    document["queues"][0]["durabel"] = True
    with pytest.raises(ValueError, match="durabel"):
        parse(as_json(document))
