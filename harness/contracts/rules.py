"""The rules of a checker as data: an id, a level and one sentence each, so that a report can explain them.

A rule is declared once, beside the code that looks for it; a finding names a declared rule or is a programming error.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from harness.contracts.finding import Finding, Level


@dataclass(frozen=True)
class Rule:
    """What `id` means, in one sentence; `level` is how much a finding of it matters."""

    id: str
    level: Level
    sentence: str


class Rules(Mapping[str, Rule]):
    """The rules of one contract by id, in the order in which they were declared."""

    def __init__(self, contract: str) -> None:
        self.contract = contract
        self._by_id: dict[str, Rule] = {}

    def declare(self, id_: str, level: Level, sentence: str) -> Rule:
        """A new rule. Raises ValueError when there is one of that id."""
        if id_ in self._by_id:
            raise ValueError(f"{self.contract} has a rule {id_} already")
        self._by_id[id_] = Rule(id_, level, sentence)
        return self._by_id[id_]

    def found(self, rule: Rule, where: str, detail: str = "") -> Finding:
        """A finding of this rule; `detail` says what it was and what it is."""
        message = f"{rule.sentence[:-1]}: {detail}" if detail else rule.sentence
        return Finding(self.contract, rule.id, where, rule.level, message)

    def __getitem__(self, id_: str) -> Rule:
        return self._by_id[id_]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_id)

    def __len__(self) -> int:
        return len(self._by_id)
