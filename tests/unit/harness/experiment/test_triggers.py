"""Triggers are met by events, and those who wait are never left waiting."""

import asyncio
import time

from harness.experiment import (
    AllOf,
    AnyOf,
    AtOnce,
    EventsSeen,
    EventsSince,
    Healed,
    InForceFor,
    Injected,
    OperationsEnded,
    RunProgress,
)
from harness.history import Completion, Ending, Event, Fault, FaultPhase


def ended(ending: Ending = Ending.OK) -> Completion:
    return Completion(time_ns=1, id=1, process="p", operation="place_order", type=ending)


def healed(plan: str) -> Fault:
    return Fault(time_ns=1, fault=plan, target="t", phase=FaultPhase.HEAL)


async def test_operations_are_counted_by_their_ending() -> None:
    progress = RunProgress()
    acknowledged = OperationsEnded("place_order", 2, frozenset({Ending.OK}))
    for ending in (Ending.OK, Ending.INFO, Ending.FAIL):
        progress.update(ended(ending))
    assert not acknowledged.met(progress)
    assert OperationsEnded("place_order", 3).met(progress)
    assert not OperationsEnded("read_order", 1).met(progress)
    progress.update(ended())
    assert acknowledged.met(progress)


async def test_one_fault_after_the_other() -> None:
    progress = RunProgress()
    trigger = AllOf((Healed("lock"), OperationsEnded("place_order", 1)))
    progress.update(ended())
    assert not trigger.met(progress)
    progress.update(healed("lock"))
    assert trigger.met(progress)
    assert str(trigger) == "lock is healed and 1 place_order ended"


async def test_whichever_comes_first() -> None:
    progress = RunProgress()
    trigger = AnyOf((AllOf((Healed("lock"), Healed("mail"))), OperationsEnded("place_order", 1)))
    progress.update(healed("lock"))
    assert not trigger.met(progress)
    progress.update(ended())
    assert trigger.met(progress)
    assert str(trigger) == "(lock is healed and mail is healed) or 1 place_order ended"


async def test_who_waits_is_woken_by_the_event_from_any_thread() -> None:
    progress = RunProgress()
    waiting = asyncio.create_task(progress.until(OperationsEnded("place_order", 1)))
    await asyncio.sleep(0)
    assert not waiting.done()
    await asyncio.to_thread(progress.update, ended())
    assert await waiting


async def test_who_waits_in_vain_is_told_when_it_is_over() -> None:
    progress = RunProgress()
    waiting = [asyncio.create_task(progress.until(Healed(name))) for name in ("a", "b")]
    await asyncio.sleep(0)
    progress.close()
    assert await asyncio.gather(*waiting) == [False, False]


async def test_a_trigger_that_was_met_stays_met_after_the_end() -> None:
    progress = RunProgress()
    progress.update(ended())
    progress.close()
    assert await progress.until(OperationsEnded("place_order", 1))


async def test_events_are_counted_by_name() -> None:
    progress = RunProgress()
    trigger = EventsSeen("capture", 2)
    for name in ("capture", "mail", "capture"):
        assert not trigger.met(progress)
        progress.update(Event(time_ns=1, event=name))
    assert trigger.met(progress)
    assert str(trigger) == "2 capture seen"


async def test_events_about_somebody_are_counted_apart() -> None:
    progress = RunProgress()
    trigger = EventsSeen("token_drawn", about="order-1")
    progress.update(Event(time_ns=1, event="token_drawn", subject="order-2"))
    assert not trigger.met(progress)
    progress.update(Event(time_ns=1, event="token_drawn", subject="order-1"))
    assert trigger.met(progress)
    assert str(trigger) == "1 token_drawn seen about order-1"


async def test_at_once_waits_for_nothing() -> None:
    assert await RunProgress().until(AtOnce())


async def test_a_fault_that_has_to_last_is_waited_for() -> None:
    progress = RunProgress()
    lasted = asyncio.create_task(progress.until(InForceFor("pause", 0.02)))
    await asyncio.sleep(0)
    assert not Injected("pause").met(progress)
    injected = time.monotonic_ns()
    progress.update(Fault(time_ns=injected, fault="pause", target="t", phase=FaultPhase.INJECT))
    assert Injected("pause").met(progress)
    assert await lasted
    assert time.monotonic_ns() - injected >= 20_000_000


async def test_events_count_from_when_a_fault_was_in_force() -> None:
    progress = RunProgress()
    trigger = EventsSince("held", "capture", 2)
    capture = Event(time_ns=1, event="capture")
    for _ in range(3):
        progress.update(capture)
    assert not trigger.met(progress)
    progress.update(Fault(time_ns=1, fault="held", target="t", phase=FaultPhase.INJECT))
    progress.update(capture)
    assert not trigger.met(progress)
    progress.update(Event(time_ns=1, event="refund"))
    assert not trigger.met(progress)
    progress.update(capture)
    assert trigger.met(progress)
    assert str(trigger) == "2 capture seen since held is in force"
