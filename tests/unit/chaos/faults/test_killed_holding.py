"""It dies when it holds something that was silenced, not before; and it heals from wherever it got to."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from chaos.faults.killed_holding import Holding, Holds, KilledHolding, killed_holding
from chaos.subject.in_flight import Count
from harness.experiment import AssumptionError
from harness.proxy.client import ProxyApiError
from tests.unit.harness.faults.specs import declared

EDGE = "order-1->mysql"


class FakeProxy:
    """One proxy; counts what it would have lost."""

    def __init__(self) -> None:
        self.toxics: set[str] = set()
        self.lost = 0

    async def __aenter__(self) -> "FakeProxy":
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    async def add_toxic(self, edge: str, kind: str, *, stream: str, name: str, **attributes: int) -> None:
        assert (edge, kind, stream, attributes) == (EDGE, "timeout", "upstream", {"timeout": 0})
        self.toxics.add(name)

    async def remove_toxic(self, _: str, name: str) -> None:
        if name not in self.toxics:
            raise ProxyApiError(404, "toxic not found")
        self.toxics.discard(name)

    async def effects(self, _: str) -> Any:
        flow = SimpleNamespace(dropped=self.lost)
        return SimpleNamespace(complete=True, flow=lambda _stream: flow)


class FakeStack:
    def __init__(self, edges: tuple[str, ...] = (EDGE,)) -> None:
        self.alive = True
        self._edges = edges

    def can(self, _name: str, _capability: type) -> bool:
        return True

    def edges(self) -> tuple[str, ...]:
        return self._edges

    def instance(self, _: str) -> Any:
        return SimpleNamespace(pid=7, alive=self.alive, ports={})

    def kill(self, _: str) -> None:
        self.alive = False

    def boot(self, _: str) -> None:
        self.alive = True

    def wait_ready(self, *_: object) -> None:
        assert self.alive


class Scene:
    """A fault whose target's hands hold these amounts at one look after the other."""

    def __init__(self, *held: int, busy: Holds | None = None) -> None:
        self.stack: Any = FakeStack()
        self.proxy = FakeProxy()
        self.shop: Any = SimpleNamespace(stack=self.stack, proxy=self.proxy)
        self.looks: Iterator[int] = iter(held)
        holdings = {"uncommitted": Holding("commands", self._holds, busy)}
        self.fault = KilledHolding(declared(killed_holding("order-1", "mysql", "uncommitted")), holdings)

    async def _holds(self, *_: object) -> Count:
        assert self.proxy.toxics, "one begins to look once the edge is silent"
        return self._look

    async def _look(self) -> int:
        assert self.stack.alive, "it is looked at while it lives"
        return next(self.looks)


async def test_it_dies_once_it_holds_something() -> None:
    scene = Scene(0, 0, 3)
    await scene.fault.assume(scene.shop)
    await scene.fault.inject(scene.shop)
    scene.proxy.lost = 120
    proof = await scene.fault.prove(scene.shop)
    assert not scene.stack.alive
    assert proof.effective
    assert "3 commands; 120 bytes lost on order-1->mysql" in proof.detail
    await scene.fault.heal(scene.shop)
    assert scene.stack.alive
    assert not scene.proxy.toxics


async def test_one_that_got_stuck_with_something_else_is_let_go_until_its_hands_are_empty() -> None:
    handling = iter((2, 0, 1, 0))

    async def busy(*_: object) -> Count:
        assert not scene.proxy.toxics, "it may finish what it has"

        async def look() -> int:
            return next(handling)

        return look

    scene = Scene(0, 3, busy=busy)
    scene.fault.try_s = 0.0
    await scene.fault.inject(scene.shop)
    assert next(handling, None) is None, "it was silenced twice, each time with empty hands"
    assert not scene.stack.alive


async def test_bytes_that_were_lost_before_prove_nothing() -> None:
    scene = Scene(0, 1)
    scene.proxy.lost = 500
    await scene.fault.inject(scene.shop)
    assert not (await scene.fault.prove(scene.shop)).effective


async def test_where_nothing_was_lost_nothing_is_proved() -> None:
    scene = Scene(0, 1)
    await scene.fault.inject(scene.shop)
    assert not (await scene.fault.prove(scene.shop)).effective


async def test_it_heals_when_it_was_never_injected() -> None:
    scene = Scene()
    await scene.fault.heal(scene.shop)
    assert scene.stack.alive


async def test_without_a_proxy_nothing_can_be_silenced() -> None:
    scene = Scene()
    scene.stack = scene.shop.stack = FakeStack(edges=())
    with pytest.raises(AssumptionError, match="run through no proxy"):
        await scene.fault.assume(scene.shop)
