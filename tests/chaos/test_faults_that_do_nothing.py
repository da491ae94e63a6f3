"""A fault whose effect is taken out behind its injection must not pass for one: the run that is green with it is VACUOUS.

The stack says that it killed and does not kill; the proxy takes a toxic and does not use it. That no kind of fault lets itself
be fooled is shown without servers, in tests/unit/harness/faults/test_without_effect.py; here are whole runs of two of them.
"""

import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from chaos.experiments.flash_sale import flash_sale
from chaos.experiments.promises import CHEAP_PASSWORDS
from chaos.observations.orders import PLACE_ORDER
from chaos.subject import RunningShop, ShopSystem
from chaos.workloads.flash_sale import FlashSale
from harness.experiment import Choices, Context, Experiment, FaultPlan, OperationsEnded, RunFolder, RunProgress, run
from harness.faults.inventory import Declaration, Inventory
from harness.faults.kill import kill
from harness.faults.toxic import toxic
from harness.history import Recorder, Writer
from harness.proxy.client import ProxyClient
from harness.registry import guarantees
from harness.seed import Seed
from harness.system.topology import running_inventory
from harness.verdict import Outcome, RunVerdict

FAULTS: dict[str, Declaration] = {
    "kill": kill("order-2"),
    "toxic": toxic("latency", "order-*->redis-lock-3", latency=20),
}
ENVIRONMENT = {"gateway": {"LOGIN_RATE": "100000/minute"}, "user": CHEAP_PASSWORDS}
SEEDS = itertools.count(1)


class IdleStack:
    """A stack that says that it did what was asked, and did not."""

    def __init__(self, stack: Any) -> None:
        self._stack = stack

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stack, name)

    def kill(self, name: str) -> None:
        pass


class IdleProxy(ProxyClient):
    """A proxy that takes toxics and puts them nowhere."""

    async def add_toxic(self, *_: Any, **__: Any) -> Any:
        pass


@contextmanager
def without_effect(shop: RunningShop) -> Iterator[None]:
    """What faults ask of the stack and the proxy is taken note of, and not done."""
    stack, proxy = shop.stack, RunningShop.proxy
    shop.stack = IdleStack(stack)  # type: ignore[assignment]  # it is one in all but deed
    RunningShop.proxy = property(lambda each: IdleProxy(each.stack.proxy_url))  # type: ignore[assignment,method-assign]
    try:
        yield
    finally:
        shop.stack = stack
        RunningShop.proxy = proxy  # type: ignore[method-assign]


@dataclass(frozen=True)
class Warm:
    """A shop that runs already, for one experiment after the other."""

    shop: RunningShop

    def inventory(self, choices: Choices) -> Inventory:
        return running_inventory(self.shop.stack)

    @asynccontextmanager
    async def started(self, context: Context) -> AsyncIterator[RunningShop]:
        yield self.shop


@pytest.fixture(scope="module")
async def warm(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> AsyncIterator[Warm]:
    folder = tmp_path_factory.mktemp("warm")
    system = ShopSystem(instances={"order": 2, "product": 2}, environment=ENVIRONMENT, proxied=True)
    choices = Choices(provider=pytestconfig.getoption("--provider"))
    with Writer(folder / "history.jsonl") as writer:
        context = Context(Seed(0), Recorder(writer), RunProgress(), folder, lambda _text: None, choices)
        async with system.started(context) as shop:
            yield Warm(shop)


async def sell(warm: Warm, fault: str, folder: Path) -> RunVerdict:
    """A small sale with one fault in it."""
    plan = FaultPlan(
        name=fault, fault=FAULTS[fault], inject=OperationsEnded(PLACE_ORDER, 10), heal=OperationsEnded(PLACE_ORDER, 30)
    )
    experiment: Experiment[RunningShop] = replace(
        flash_sale,
        system=warm,
        workload=FlashSale(stock=20, buyers=60, concurrent=10, daring=None),
        faults=(plan,),
        guarantees=("honest_errors",),
        minimums=(),
        levels=(),
        ceilings=(),
        exercised=(),
    )
    seed = Seed(next(SEEDS))
    conclude = lambda _judged: None  # noqa: E731 - nobody reads these reports
    return await run(experiment, seed, RunFolder.create(folder, fault, seed.value), guarantees(), conclude=conclude)


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_is_green_only_if_it_was_there(warm: Warm, fault: str, tmp_path: Path) -> None:
    real = await sell(warm, fault, tmp_path)
    assert real.outcome is Outcome.PASS, real
    with without_effect(warm.shop):
        pretended = await sell(warm, fault, tmp_path)
    assert pretended.outcome is Outcome.VACUOUS, pretended
    (requirement,) = [each for each in pretended.requirements if each.name.startswith("fault")]
    assert requirement.name == f"fault {fault} took effect"
    assert not requirement.met
