"""CPU time is added up by member, over its children and over its lives."""

import os
from pathlib import Path

import pytest

from harness.stack.manifest import MemberRecord, ProcessId
from harness.stack.topology import Role
from harness.system.cpu import CpuMeter, Seen, processes

ROOTS = {10: "order-1", 20: "mysql"}


def seen(*told: tuple[int, int, float]) -> dict[int, Seen]:
    """Processes as (pid, parent, CPU seconds); each began at the second of its pid."""
    return {pid: Seen((pid, float(pid)), parent, used) for pid, parent, used in told}


def test_what_was_used_before_the_first_sample_does_not_count() -> None:
    meter = CpuMeter()
    assert meter.take(ROOTS, seen((1, 0, 9.0), (10, 1, 5.0), (20, 1, 1.0))) == {"order-1": 0.0, "mysql": 0.0}
    assert meter.take(ROOTS, seen((1, 0, 9.0), (10, 1, 5.5), (20, 1, 3.0))) == {"order-1": 0.5, "mysql": 2.0}


def test_children_count_for_their_member_and_later_ones_from_their_beginning() -> None:
    meter = CpuMeter()
    meter.take(ROOTS, seen((10, 1, 5.0), (11, 10, 1.0)))
    assert meter.take(ROOTS, seen((10, 1, 5.0), (11, 10, 2.0), (12, 11, 4.0)))["order-1"] == pytest.approx(5.0)


def test_a_member_that_died_keeps_what_it_had_used() -> None:
    meter = CpuMeter()
    meter.take(ROOTS, seen((10, 1, 5.0)))
    meter.take(ROOTS, seen((10, 1, 6.0)))
    assert meter.take({30: "order-1"}, seen((30, 1, 0.25)))["order-1"] == pytest.approx(1.25)


def test_others_processes_are_left_out_and_circles_end() -> None:
    assert CpuMeter().take(ROOTS, seen((5, 6, 1.0), (6, 5, 1.0), (7, 7, 1.0))) == {}


def test_a_real_process_is_metered_and_one_in_a_container_is_not() -> None:
    def member(name: str, container: str | None) -> MemberRecord:
        return MemberRecord(name, name, Role.SERVICE, "", {}, Path(), ProcessId.of(os.getpid()), container)

    meter = CpuMeter()
    meter.sample([member("inside", "0123")])
    assert meter.sample([member("inside", "0123")]) == {}
    assert os.getpid() in processes()
    assert meter.sample([member("test", None)])["test"] > 0.0
