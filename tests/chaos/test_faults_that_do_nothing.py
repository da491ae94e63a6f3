"""A fault that injects nothing must not pass for one: the same run that is green with it is VACUOUS without, and says why."""

import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed

import pytest

from chaos.experiments.flash_sale import flash_sale
from chaos.experiments.promises import CHEAP_PASSWORDS
from chaos.faults import cut, kill, partition, pause, toxic
from chaos.observations.orders import PLACE_ORDER
from chaos.subject import RunningShop, ShopSystem
from chaos.workloads.flash_sale import FlashSale
from harness.experiment import Choices, Context, Experiment, Fault, FaultPlan, OperationsEnded, Progress, Proof, RunFolder, run
from harness.history import Recorder, Writer
from harness.registry import guarantees
from harness.seed import Seed
from harness.verdict import Outcome, RunVerdict

FAULTS: dict[str, Callable[[Random], Fault[RunningShop]]] = {
    "kill": kill("order-2"),
    "pause": pause("redis-lock-1"),
    "cut": cut("order-*->product-*"),
    "partition": partition(("order-*",), ("redis-lock-2",)),
    "toxic": toxic("latency", "order-*->redis-lock-3", latency=20),
}
ENVIRONMENT = {"gateway": {"LOGIN_RATE": "100000/minute"}, "user": CHEAP_PASSWORDS}
SEEDS = itertools.count(1)


@dataclass
class Harmless:
    """Says all that a fault says, and does nothing."""

    fault: Fault[RunningShop]

    @property
    def target(self) -> str:
        return self.fault.target

    async def assume(self, subject: RunningShop) -> None:
        await self.fault.assume(subject)

    async def inject(self, subject: RunningShop) -> None:
        pass

    async def prove(self, subject: RunningShop) -> Proof:
        return await self.fault.prove(subject)

    async def heal(self, subject: RunningShop) -> str:
        return "there is nothing to heal"


@dataclass(frozen=True)
class Warm:
    """A shop that runs already, for one experiment after the other."""

    shop: RunningShop

    @asynccontextmanager
    async def started(self, context: Context) -> AsyncIterator[RunningShop]:
        yield self.shop


@pytest.fixture(scope="module")
async def warm(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> AsyncIterator[Warm]:
    folder = tmp_path_factory.mktemp("warm")
    system = ShopSystem(instances={"order": 2, "product": 2}, environment=ENVIRONMENT, proxied=True)
    choices = Choices(provider=pytestconfig.getoption("--provider"))
    with Writer(folder / "history.jsonl") as writer:
        context = Context(Seed(0), Recorder(writer), Progress(), folder, lambda _text: None, choices)
        async with system.started(context) as shop:
            yield Warm(shop)


async def sell(warm: Warm, fault: str, folder: Path, *, really: bool) -> RunVerdict:
    """A small sale with one fault in it, or with one that only says so."""

    def make(random: Random) -> Fault[RunningShop]:
        real = FAULTS[fault](random)
        return real if really else Harmless(real)

    plan = FaultPlan(name=fault, fault=make, inject=OperationsEnded(PLACE_ORDER, 10), heal=OperationsEnded(PLACE_ORDER, 30))
    experiment: Experiment[RunningShop] = replace(
        flash_sale,
        system=warm,
        workload=FlashSale(stock=20, buyers=60, at_once=10),
        faults=(plan,),
        guarantees=("honest_errors",),
        minimums=(),
    )
    seed = Seed(next(SEEDS))
    conclude = lambda _judged: None  # noqa: E731 - nobody reads these reports
    return await run(experiment, seed, RunFolder.create(folder, fault, seed.value), guarantees(), conclude=conclude)


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_is_green_only_if_it_was_there(warm: Warm, fault: str, tmp_path: Path) -> None:
    real = await sell(warm, fault, tmp_path, really=True)
    assert real.outcome is Outcome.PASS, real
    pretended = await sell(warm, fault, tmp_path, really=False)
    assert pretended.outcome is Outcome.VACUOUS, pretended
    (requirement,) = pretended.requirements
    assert requirement.name == f"fault {fault} took effect"
    assert not requirement.met
