"""A script for the mail server finds the mail it means."""

from typing import Any

import pytest
from pydantic import ValidationError

from system.sandbox.mailbox.rules import MailRule, MailRules

FACTS = {"to": ("ada@shop.example", "bob@shop.example"), "order_id": ("order-1",), "message_id": ()}


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ({}, True),
        ({"to": "Bob@Shop.Example"}, True),
        ({"to": "eve@shop.example"}, False),
        ({"order_id": "order-1"}, True),
        ({"order_id": "order"}, False),
        ({"message_id": "<1@shop>"}, False),
        ({"to": "ada@shop.example", "order_id": "order-2"}, False),
    ],
)
def test_a_rule_matches_when_every_condition_does(match: dict[str, str], expected: bool) -> None:
    assert MailRule.model_validate({"match": match, "action": {"kind": "drop"}}).matches(FACTS) is expected


@pytest.mark.parametrize(
    "bad",
    [
        {"action": {"kind": "reject", "code": 250}},
        {"action": {"kind": "fail", "status": 503}},
        {"action": {"kind": "drop"}, "operation": "deliver"},
        {"action": {"kind": "drop"}, "match": {"from": "x"}},
    ],
)
def test_rules_that_make_no_sense_are_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        MailRules.model_validate({"rules": [bad]})
