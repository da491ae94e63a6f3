"""provider_script: the payment provider sandbox is slow, answers late, or fails, by rules.

The sandbox applies to each request the first rule that fits (see system/sandbox/provider/api.py). It has one
script at a time, which healing clears. Proved by the sandbox's count of requests per rule.
"""

from dataclasses import dataclass
from itertools import product
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed
from typing import Protocol

import httpx
from pydantic import JsonValue, TypeAdapter, ValidationError

from harness.experiment import AssumptionError, Proof
from harness.faults.inventory import Declaration, Inventory
from harness.faults.registry import fault_kind
from harness.faults.spec import FaultSpec, SpecError

PROVIDER_SCRIPT = "provider_script"
PROVIDER = "provider"
SCRIPT = "/script"
WAYS: dict[str, dict[str, JsonValue]] = {
    "503 without effect": {"kind": "fail", "status": 503, "when": "before"},
    "503 after the effect": {"kind": "fail", "status": 503, "when": "after"},
    "hung up without effect": {"kind": "drop", "when": "before"},
    "hung up after the effect": {"kind": "drop", "when": "after"},
}
"""All failures that the sandbox can simulate."""


@dataclass(frozen=True)
class Rule:
    """For an operation (`create`, `get`, `capture`, `refund`, `void`), `times` times or always; `said` says how."""

    operation: str
    action: dict[str, JsonValue]
    said: str
    times: int | None = None

    def body(self) -> dict[str, JsonValue]:
        """As the sandbox reads it."""
        return {"operation": self.operation, "times": self.times, "action": self.action}


_RULES = TypeAdapter(tuple[Rule, ...])


class HasProvider(Protocol):
    """A subject that pays at a provider."""

    @property
    def paying(self) -> httpx.AsyncClient:
        """The payment provider."""


@fault_kind(PROVIDER_SCRIPT)
class ProviderScript:
    """The provider follows the spec's `rules` until it is healed."""

    hit: tuple[str, ...] = ()

    def __init__(self, spec: FaultSpec) -> None:
        self.spec = spec
        try:
            self.rules = _RULES.validate_python(spec.parameters.get("rules"))
        except ValidationError as error:
            raise SpecError(f"{PROVIDER_SCRIPT} needs rules: {error.errors()[0]['msg']}") from error

    async def assume(self, subject: HasProvider) -> None:
        """See Fault."""
        if await _in_force(subject.paying):
            raise AssumptionError("somebody else scripts the payment provider")

    async def inject(self, subject: HasProvider) -> None:
        """See Fault. Raises httpx.HTTPError."""
        answer = await subject.paying.post(SCRIPT, json={"rules": [rule.body() for rule in self.rules]})
        answer.raise_for_status()

    async def prove(self, subject: HasProvider) -> Proof:
        """See Fault: every rule was applied."""
        hits = await _in_force(subject.paying)
        said = [f"{rule.operation} {rule.said}: {number}" for rule, number in zip(self.rules, hits, strict=True)]
        return Proof(effective=all(hits), detail=f"requests struck: {', '.join(said)}")

    async def heal(self, subject: HasProvider) -> str:
        """See Fault. Raises httpx.HTTPError."""
        (await subject.paying.delete(SCRIPT)).raise_for_status()
        return "the provider answers as it should"


async def _in_force(provider: httpx.AsyncClient) -> list[int]:
    """Number of requests that each rule in force was applied to. Raises httpx.HTTPError."""
    answer = await provider.get(SCRIPT)
    answer.raise_for_status()
    return [int(rule["hits"]) for rule in answer.json()["rules"]]


def _declared(*rules: Rule, shuffled: bool = False) -> Declaration:
    def declared(inventory: Inventory, random: Random) -> FaultSpec:
        order = list(rules)
        if shuffled:
            random.shuffle(order)
        written: list[JsonValue] = list(_RULES.dump_python(tuple(order), mode="json"))
        return FaultSpec(kind=PROVIDER_SCRIPT, members=inventory.require(PROVIDER), parameters={"rules": written})

    return declared


def provider_late(*operations: str, ms: int, times: int | None = None) -> Declaration:
    """These operations have their effect at once and are answered `ms` milliseconds later, `times` of them or all."""
    action: dict[str, JsonValue] = {"kind": "delay", "ms": ms, "when": "after"}
    return _declared(*(Rule(each, action, f"answered {ms} ms late", times) for each in operations))


def provider_slow(*operations: str, ms: int) -> Declaration:
    """These operations begin `ms` milliseconds late."""
    action: dict[str, JsonValue] = {"kind": "delay", "ms": ms, "when": "before"}
    return _declared(*(Rule(each, action, f"{ms} ms slow") for each in operations))


def provider_failing(*operations: str, times: int) -> Declaration:
    """These operations fail in each way `times` times; the seed decides which way comes first."""
    return _declared(*(Rule(each, WAYS[way], way, times) for each, way in product(operations, WAYS)), shuffled=True)
