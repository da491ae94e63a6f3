"""Where a schema is used: what a finding's `where` and rule id are made of."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from harness.contracts.finding import Finding
from harness.contracts.openapi.registry import RULES, Direction, rule_of
from harness.contracts.rules import Rule

ITEMS, OTHERS = "*", "{*}"
"""The segments of an array's items and of properties that have no name in the schema."""


@dataclass(frozen=True)
class Place:
    """`base` is the operation and what of it (`POST /orders 201 application/json`), `pointer` the way into the schema.

    `root` is the subject of rules at the top of the schema; below, a body's parts are properties, while those of a
    parameter or header are still that parameter's or header's.
    """

    direction: Direction
    root: str
    base: str
    pointer: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        """For a finding."""
        return self.base + "".join(f" /{segment}" if at == 0 else f"/{segment}" for at, segment in enumerate(self.pointer))

    @property
    def subject(self) -> str:
        """What the ids of an aspect's rules begin with."""
        return f"{self.direction}-property" if self.pointer and self.root.endswith("-body") else self.root

    def at(self, segment: str) -> "Place":
        """One step into the schema."""
        return replace(self, pointer=(*self.pointer, segment))

    def seen(self, aspect: str, detail: str) -> Iterator[Finding]:
        """A finding of an aspect, if it hurts in this direction."""
        if rule := rule_of(self.subject, aspect, self.direction):
            yield RULES.found(rule, self.where, detail)

    def found(self, rule: Rule, detail: str = "") -> Finding:
        """A finding of a rule that is about this place only."""
        return RULES.found(rule, self.where, detail)
