"""A script for the provider says what it can mean, and nothing else."""

from typing import Any

import pytest
from pydantic import ValidationError

from system.sandbox.provider.rules import PaymentRules

DECLINE = {"kind": "decline", "code": "card_declined"}


@pytest.mark.parametrize("operation", ["create", "get", "capture", "refund", "void", None])
def test_every_operation_can_be_struck(operation: str | None) -> None:
    assert PaymentRules.model_validate_json(b'{"rules": [{"action": {"kind": "drop"}}]}')
    rules = PaymentRules.model_validate({"rules": [{"operation": operation, "action": {"kind": "drop"}}]})
    assert rules.rules[0].operation == operation


@pytest.mark.parametrize(
    "bad",
    [
        {"operation": "explode", "action": {"kind": "drop"}},
        {"operation": "refund", "action": DECLINE},
        {"action": DECLINE},
        {"operation": "capture", "action": {"kind": "decline"}},
        {"operation": "capture", "match": {"order": "1"}, "action": DECLINE},
        {"operation": "capture", "action": {"kind": "reject", "code": 451}},
    ],
)
def test_rules_that_make_no_sense_are_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        PaymentRules.model_validate({"rules": [bad]})
