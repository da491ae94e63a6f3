"""Promises are judged in the direction that hurts: requests and responses differ."""

from collections.abc import Mapping
from typing import Any

import pytest

from harness.contracts.finding import Level
from harness.contracts.proto.promise_rules import changed, unstated
from harness.contracts.proto.promises import Promises, RpcPromise

RPC = "shop.v1.Shop/Buy"
BUY = RpcPromise("IDEMPOTENT", stated=True, deadline_ms=5000, answers=("NOT_FOUND",))


def rpc(**changes: Any) -> Promises:
    return Promises({RPC: RpcPromise(**{**vars(BUY), **changes})}, {})


def fields(request: Mapping[str, Any], response: Mapping[str, Any]) -> Promises:
    limits = {"shop.v1.Asked.name": request, "shop.v1.Got.name": response, "shop.v1.Other.name": {"max": 1}}
    return Promises({}, limits, frozenset({"shop.v1.Asked"}), frozenset({"shop.v1.Got"}))


def found(before: Promises, now: Promises) -> set[tuple[str, str, Level]]:
    return {(each.rule, each.where, each.level) for each in changed(before, now)}


@pytest.mark.parametrize(
    ("now", "rule", "where", "level"),
    [
        (rpc(idempotency="IDEMPOTENCY_UNKNOWN"), "rpc-idempotency-withdrawn", RPC, Level.ERR),
        (rpc(idempotency="NO_SIDE_EFFECTS"), "rpc-idempotency-promised", RPC, Level.INFO),
        (rpc(deadline_ms=5001), "rpc-deadline-lengthened", RPC, Level.ERR),
        (rpc(deadline_ms=4999), "rpc-deadline-shortened", RPC, Level.INFO),
        (rpc(answers=("NOT_FOUND", "ABORTED")), "rpc-status-added", f"{RPC} ABORTED", Level.ERR),
        (rpc(answers=()), "rpc-status-removed", f"{RPC} NOT_FOUND", Level.INFO),
    ],
)
def test_an_rpc(now: Promises, rule: str, where: str, level: Level) -> None:
    assert found(rpc(), now) == {(rule, where, level)}


def test_nothing_changed_is_nothing_found() -> None:
    assert not found(rpc(), rpc())
    assert not found(fields({"max": 5}, {"max": 5}), fields({"max": 5}, {"max": 5}))


@pytest.mark.parametrize(
    ("strict", "loose", "limit"),
    [
        ({"max": 5}, {"max": 6}, "max"),
        ({"max": 5}, {}, "max"),
        ({"min": 1}, {"min": 0}, "min"),
        ({"min": 0}, {}, "min"),
        ({"min_length": 1}, {}, "min_length"),
        ({"max_length": 5}, {"max_length": 6}, "max_length"),
        ({"max_items": 5}, {}, "max_items"),
        ({"required": True}, {}, "required"),
        ({"format": "uuid"}, {}, "format"),
    ],
)
def test_a_limit_hurts_senders_when_stricter_and_readers_when_looser(
    strict: Mapping[str, Any], loose: Mapping[str, Any], limit: str
) -> None:
    request, response = f"shop.v1.Asked.name {limit}", f"shop.v1.Got.name {limit}"
    assert found(fields(loose, loose), fields(strict, strict)) == {
        ("request-limit-stricter", request, Level.ERR),
        ("response-limit-stricter", response, Level.INFO),
    }
    assert found(fields(strict, strict), fields(loose, loose)) == {
        ("request-limit-looser", request, Level.INFO),
        ("response-limit-looser", response, Level.ERR),
    }


def test_another_format_hurts_both() -> None:
    hurt = {
        each[0] for each in found(fields({"format": "uuid"}, {"format": "uuid"}), fields({"format": "url"}, {"format": "url"}))
    }
    assert {"request-limit-stricter", "response-limit-looser"} <= hurt


def test_an_rpc_that_states_nothing() -> None:
    now = rpc(stated=False, deadline_ms=0)
    assert {each.rule for each in unstated(now)} == {"rpc-idempotency-unstated", "rpc-deadline-unstated"}
    assert not list(unstated(rpc()))
