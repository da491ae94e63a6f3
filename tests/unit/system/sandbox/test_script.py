"""A script strikes the requests it names, as often as it says, at the moment it says."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any

import pytest
from pydantic import Field, ValidationError

from system.sandbox.script import (
    Action,
    ConnectionDropped,
    Delay,
    Drop,
    Fail,
    Reject,
    Rule,
    Rules,
    Script,
    ScriptedRefusal,
    When,
)


class ColourRule(Rule):
    colour: str | None = None
    action: Annotated[Fail | Reject | Delay | Drop, Field(discriminator="kind")]

    @property
    def conditions(self) -> Mapping[str, str]:
        return {} if self.colour is None else {"colour": self.colour}

    @property
    def deed(self) -> Action:
        return self.action


class ColourRules(Rules[ColourRule]):
    pass


FAIL = {"kind": "fail", "status": 503}


def rule(**fields: Any) -> ColourRule:
    return ColourRule.model_validate({"action": FAIL} | fields)


def script(*rules: ColourRule) -> Script[ColourRule]:
    result: Script[ColourRule] = Script()
    result.extend(list(rules))
    return result


def hits(subject: Script[ColourRule]) -> list[int]:
    return [count for _, count in subject.report()]


def test_a_rule_strikes_as_often_as_it_says() -> None:
    subject = script(rule(times=2))
    struck = [subject.take({}) for _ in range(4)]
    assert [isinstance(action, Fail) for action in struck] == [True, True, False, False]
    assert hits(subject) == [2]


def test_a_rule_without_times_strikes_always() -> None:
    subject = script(rule(times=None))
    assert all(isinstance(subject.take({}), Fail) for _ in range(10))
    assert hits(subject) == [10]


def test_only_matching_requests_are_struck_and_counted() -> None:
    subject = script(rule(colour="red"))
    assert not isinstance(subject.take({"colour": ("blue", "green")}), Fail)
    assert not isinstance(subject.take({}), Fail)
    assert hits(subject) == [0]
    assert isinstance(subject.take({"colour": ("blue", "red")}), Fail)


def test_a_condition_is_met_by_a_whole_value_only() -> None:
    assert not rule(colour="red").matches({"colour": ("redder", "infrared")})


def test_the_first_live_rule_wins_and_exhausted_ones_make_room() -> None:
    first, second = rule(times=1, action={"kind": "drop"}), rule()
    subject = script(first, second)
    assert subject.take({}) is first.action
    assert subject.take({}) is second.action
    assert hits(subject) == [1, 1]


def test_a_cleared_script_strikes_nobody() -> None:
    subject = script(rule())
    subject.clear()
    assert type(subject.take({})) is Action
    assert subject.report() == []


@pytest.mark.parametrize("when", list(When))
@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"kind": "fail", "status": 503}, ScriptedRefusal),
        ({"kind": "reject", "code": 451}, ScriptedRefusal),
        ({"kind": "drop"}, ConnectionDropped),
    ],
)
async def test_an_action_strikes_at_its_moment_only(fields: dict[str, Any], error: type[Exception], when: When) -> None:
    action = rule(action=fields | {"when": when.value}).action
    await action.strike(When.AFTER if when is When.BEFORE else When.BEFORE)
    with pytest.raises(error):
        await action.strike(when)


async def test_a_refusal_carries_the_code_of_the_script() -> None:
    with pytest.raises(ScriptedRefusal) as caught:
        await rule(action={"kind": "fail", "status": 502}).action.strike(When.BEFORE)
    assert caught.value.code == 502


async def test_a_delay_lasts_as_long_as_it_says() -> None:
    loop = asyncio.get_running_loop()
    started = loop.time()
    await Delay(kind="delay", ms=30).strike(When.BEFORE)
    assert loop.time() - started >= 0.029


async def test_doing_nothing_does_nothing() -> None:
    for moment in When:
        await Action().strike(moment)


@pytest.mark.parametrize(
    "bad",
    [
        {"action": {"kind": "delay", "ms": 60_001}},
        {"action": {"kind": "delay", "ms": -1}},
        {"action": {"kind": "delay", "ms": "10"}},
        {"action": {"kind": "delay", "ms": 10, "when": "never"}},
        {"action": {"kind": "fail", "status": 200}},
        {"action": {"kind": "fail"}},
        {"action": {"kind": "explode"}},
        {"action": FAIL, "times": 0},
        {"action": FAIL, "times": 1.5},
        {"action": FAIL, "colours": "red"},
        {},
    ],
)
def test_a_script_that_makes_no_sense_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ColourRules.model_validate({"rules": [bad]})


def test_the_longest_delay_is_a_minute() -> None:
    assert ColourRules.model_validate({"rules": [{"action": {"kind": "delay", "ms": 60_000}}]})
