"""What faults of the payment provider have in common: rules for its sandbox, and its own count of whom they struck.

The sandbox strikes each request with the first rule that fits (see system/sandbox/provider/api.py). Its script has one owner
at a time: healing clears all of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import httpx
from pydantic import JsonValue

from harness.experiment import AssumptionError, Proof

SCRIPT = "/script"


@dataclass(frozen=True)
class Rule:
    """Strike an operation (`create`, `get`, `capture`, `refund`, `void`), `times` times or always; `said` says how."""

    operation: str
    action: dict[str, JsonValue]
    said: str
    times: int | None = None

    def body(self) -> dict[str, JsonValue]:
        """As the sandbox reads it."""
        return {"operation": self.operation, "times": self.times, "action": self.action}


class HasProvider(Protocol):
    """A subject that pays at a provider."""

    @property
    def paying(self) -> httpx.AsyncClient:
        """The payment provider."""


class ProviderScript:
    """The provider misbehaves by some rules until it is healed."""

    target = "provider"

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = tuple(rules)

    async def assume(self, subject: HasProvider) -> None:
        """See Fault."""
        if await _in_force(subject.paying):
            raise AssumptionError("somebody else scripts the payment provider")

    async def inject(self, subject: HasProvider) -> None:
        """See Fault. Raises httpx.HTTPError."""
        answer = await subject.paying.post(SCRIPT, json={"rules": [rule.body() for rule in self.rules]})
        answer.raise_for_status()

    async def prove(self, subject: HasProvider) -> Proof:
        """See Fault: every rule struck."""
        hits = await _in_force(subject.paying)
        said = [f"{rule.operation} {rule.said}: {number}" for rule, number in zip(self.rules, hits, strict=True)]
        return Proof(effective=all(hits), detail=f"requests struck: {', '.join(said)}")

    async def heal(self, subject: HasProvider) -> str:
        """See Fault. Raises httpx.HTTPError."""
        (await subject.paying.delete(SCRIPT)).raise_for_status()
        return "the provider answers as it should"


async def _in_force(provider: httpx.AsyncClient) -> list[int]:
    """How often each rule in force struck. Raises httpx.HTTPError."""
    answer = await provider.get(SCRIPT)
    answer.raise_for_status()
    return [int(rule["hits"]) for rule in answer.json()["rules"]]
