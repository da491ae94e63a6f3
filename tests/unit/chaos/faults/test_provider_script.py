"""The provider's misbehaviour is what was scripted, proves itself by whom it struck, and ends with the script."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from chaos.faults.provider_script import ProviderScript, provider_failing, provider_late, provider_slow
from harness.experiment import AssumptionError
from harness.faults.inventory import Declaration
from tests.unit.harness.faults.specs import declared


@dataclass
class FakeProvider:
    """A sandbox's script; `hits` by rule. `ill`: answers 500."""

    rules: list[dict[str, Any]] = field(default_factory=list)
    hits: list[int] = field(default_factory=list)
    ill: bool = False
    paying: httpx.AsyncClient = field(init=False)

    def answer(self, request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/script"
        if self.ill:
            return httpx.Response(500)
        if request.method == "POST":
            self.rules += json.loads(request.content)["rules"]
            self.hits += [0] * len(self.rules)
        elif request.method == "DELETE":
            self.rules.clear()
            return httpx.Response(204)
        return httpx.Response(200, json={"rules": [r | {"hits": h} for r, h in zip(self.rules, self.hits, strict=False)]})


@pytest.fixture
async def shop() -> AsyncIterator[FakeProvider]:
    provider = FakeProvider()
    async with httpx.AsyncClient(
        base_url="http://provider", transport=httpx.MockTransport(provider.answer), trust_env=False
    ) as http:
        provider.paying = http
        yield provider


def made(declaration: Declaration, seed: int = 1) -> ProviderScript:
    return ProviderScript(declared(declaration, seed))


def late() -> ProviderScript:
    return made(provider_late("capture", ms=4000))


async def test_late_is_an_answer_after_the_effect(shop: FakeProvider) -> None:
    await late().inject(shop)
    assert shop.rules == [{"operation": "capture", "times": None, "action": {"kind": "delay", "ms": 4000, "when": "after"}}]


async def test_slow_is_a_wait_before_it(shop: FakeProvider) -> None:
    await made(provider_slow("get", "capture", ms=300), 1).inject(shop)
    assert [rule["operation"] for rule in shop.rules] == ["get", "capture"]
    assert {rule["action"]["when"] for rule in shop.rules} == {"before"}


async def test_failing_is_in_every_way_in_an_order_of_the_seeds(shop: FakeProvider) -> None:
    declaration = provider_failing("capture", times=3)
    await made(declaration, 1).inject(shop)
    ways = {(rule["action"]["kind"], rule["action"]["when"]) for rule in shop.rules}
    assert ways == {("fail", "before"), ("fail", "after"), ("drop", "before"), ("drop", "after")}
    assert {rule["times"] for rule in shop.rules} == {3}
    assert made(declaration, 1).rules == made(declaration, 1).rules
    assert len({made(declaration, number).rules[0].said for number in range(30)}) == 4


async def test_those_it_struck_prove_it(shop: FakeProvider) -> None:
    fault = late()
    await fault.assume(shop)
    await fault.inject(shop)
    nobody = await fault.prove(shop)
    assert (nobody.effective, nobody.detail) == (False, "requests struck: capture answered 4000 ms late: 0")
    shop.hits = [7]
    proof = await fault.prove(shop)
    assert (proof.effective, proof.detail) == (True, "requests struck: capture answered 4000 ms late: 7")


async def test_a_rule_that_struck_nobody_proves_nothing(shop: FakeProvider) -> None:
    fault = made(provider_failing("capture", times=1), 1)
    await fault.inject(shop)
    shop.hits = [1, 1, 0, 1]
    assert not (await fault.prove(shop)).effective


async def test_healing_clears_the_script(shop: FakeProvider) -> None:
    fault = late()
    await fault.inject(shop)
    assert await fault.heal(shop) == "the provider answers as it should"
    assert shop.rules == []


async def test_a_script_of_somebody_else_is_an_assumption_that_failed(shop: FakeProvider) -> None:
    await late().inject(shop)
    with pytest.raises(AssumptionError, match="somebody else"):
        await late().assume(shop)


async def test_a_sandbox_that_does_not_take_the_rules_is_not_injected(shop: FakeProvider) -> None:
    shop.ill = True
    with pytest.raises(httpx.HTTPStatusError):
        await late().inject(shop)
