"""Scripted misbehaviour: which request is struck, when, how, and how often it was.

A script is a list of rules. A request is struck by the first rule that matches it and has not struck `times` times yet,
and by no other. "before" strikes before the request has any effect; "after" strikes when the effect is recorded and only
the answer is missing. Scripts are instruments of one test: they are not journalled and end with the process.
"""

import asyncio
import logging
from abc import abstractmethod
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

log = logging.getLogger(__name__)

LONGEST_DELAY_MS = 60_000

Facts = Mapping[str, tuple[str, ...]]  # what is known about a request: every value each condition may match


class When(StrEnum):
    """The two moments at which a request can be struck."""

    BEFORE = "before"
    AFTER = "after"


class Struck(Exception):
    """A request is not to be answered as it should."""


class ScriptedRefusal(Struck):
    """The request is to be refused with `code`, an HTTP status or an SMTP reply code."""

    def __init__(self, code: int) -> None:
        super().__init__(f"refused by script with {code}")
        self.code = code


class ConnectionDropped(Struck):
    """The connection is to be closed without an answer."""


class Strict(BaseModel):
    """A part of a script: nothing is converted, unknown fields are refused, nothing changes."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Action(Strict):
    """What a rule does to a request."""

    async def strike(self, moment: When) -> None:
        """Do it, if `moment` is the moment for it; raises `Struck`."""


class TimedAction(Action):
    """An action that strikes before or after the effect."""

    when: Annotated[When, Field(strict=False)] = When.BEFORE

    async def strike(self, moment: When) -> None:
        """Do it, if `moment` is `when`."""
        if moment is self.when:
            await self.act()

    @abstractmethod
    async def act(self) -> None:
        """Do it."""


class Fail(TimedAction):
    """Answer with an HTTP error."""

    kind: Literal["fail"]
    status: int = Field(ge=400, le=599)

    async def act(self) -> None:
        """Raise `ScriptedRefusal`."""
        raise ScriptedRefusal(self.status)


class Reject(TimedAction):
    """Answer with an SMTP error."""

    kind: Literal["reject"]
    code: int = Field(ge=400, le=599)

    async def act(self) -> None:
        """Raise `ScriptedRefusal`."""
        raise ScriptedRefusal(self.code)


class Delay(TimedAction):
    """Let the client wait."""

    kind: Literal["delay"]
    ms: int = Field(ge=0, le=LONGEST_DELAY_MS)

    async def act(self) -> None:
        """Wait `ms` milliseconds."""
        await asyncio.sleep(self.ms / 1000)


class Drop(TimedAction):
    """Close the connection without an answer."""

    kind: Literal["drop"]

    async def act(self) -> None:
        """Raise `ConnectionDropped`."""
        raise ConnectionDropped


class Match(Strict):
    """Conditions of a rule; each that is set must hold. A sandbox names its own as fields of a subclass."""


class Rule(Strict):
    """Strike requests that meet the conditions, `times` times or, when null, always."""

    times: int | None = Field(default=None, ge=1)

    @property
    @abstractmethod
    def conditions(self) -> Mapping[str, str]:
        """What must be among the facts of a request."""

    @property
    @abstractmethod
    def deed(self) -> Action:
        """What is done to the request."""

    def matches(self, facts: Facts) -> bool:
        """Whether a request of which `facts` are known meets every condition."""
        return all(wanted in facts.get(name, ()) for name, wanted in self.conditions.items())


RuleT = TypeVar("RuleT", bound=Rule)


class Rules(Strict, Generic[RuleT]):
    """The body of `POST /script`."""

    rules: list[RuleT]


class Script(Generic[RuleT]):
    """The rules in force, oldest first, with their hits."""

    def __init__(self) -> None:
        self._rules: list[RuleT] = []
        self._hits: list[int] = []

    def extend(self, rules: list[RuleT]) -> None:
        """Append rules."""
        self._rules += rules
        self._hits += [0] * len(rules)

    def clear(self) -> None:
        """Forget every rule; requests already struck stay struck."""
        self._rules.clear()
        self._hits.clear()

    def take(self, facts: Facts) -> Action:
        """Return what is to be done to a request, and count it; an action that does nothing when no rule matches."""
        for index, rule in enumerate(self._rules):
            if self._hits[index] != rule.times and rule.matches(facts):
                self._hits[index] += 1
                log.info("rule %d strikes (hit %d): %r at %s", index, self._hits[index], rule.deed, facts)
                return rule.deed
        return Action()

    def report(self) -> list[tuple[RuleT, int]]:
        """Return each rule with how often it struck."""
        return list(zip(self._rules, self._hits, strict=True))
