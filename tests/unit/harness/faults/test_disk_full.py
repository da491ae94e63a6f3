"""A full disk is proved by the space that is gone together with the server that could not write, never by one alone."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from harness.experiment import AssumptionError
from harness.faults import disk_full
from harness.faults.disk_full import DiskFull
from harness.waiting import WaitTimeout
from tests.unit.harness.faults.specs import spec

SPEC = spec("disk_full", "redis-lock-1")
SHOP: Any = SimpleNamespace(
    stack=SimpleNamespace(
        instance=lambda _name: SimpleNamespace(pid=None, alive=True), redis_url=lambda _name: "redis://nowhere"
    )
)


class FakeDisk:
    """One page, which `writes` says whether the server can write to when it is free."""

    def __init__(self) -> None:
        self.free_bytes = 4096

    def fill(self) -> None:
        self.free_bytes = 0

    def empty(self) -> None:
        self.free_bytes = 4096

    def free(self) -> int:
        return self.free_bytes


@pytest.fixture
def redis(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """What the server says of its persistence."""
    said: dict[str, object] = {"aof_enabled": 1, "aof_last_write_status": "ok"}

    async def persistence(_url: str) -> Mapping[str, object]:
        return said

    async def write(_url: str) -> None:
        pass

    monkeypatch.setattr(disk_full, "_persistence", persistence)
    monkeypatch.setattr(disk_full, "_write", write)
    monkeypatch.setattr(disk_full, "NOTICED_S", 0.05)
    return said


@pytest.mark.parametrize(
    ("free", "status", "effective"), [(0, "err", True), (0, "ok", False), (1, "err", False), (4096, "ok", False)]
)
async def test_it_is_proved_by_space_and_server_together(
    redis: dict[str, object], free: int, status: str, effective: bool
) -> None:
    disk = FakeDisk()
    disk.free_bytes, redis["aof_last_write_status"] = free, status
    proof = await DiskFull(SPEC, lambda *_: disk).prove(SHOP)
    assert proof.effective is effective
    assert proof.detail == f"redis-lock-1 has {free} bytes free, its last write was {status}"


async def test_a_server_that_does_not_notice_is_not_injected(redis: dict[str, object]) -> None:
    with pytest.raises(WaitTimeout, match="redis-lock-1 notices its full disk"):
        await DiskFull(SPEC, lambda *_: FakeDisk()).inject(SHOP)


async def test_a_server_that_does_not_write_again_is_not_healed(redis: dict[str, object]) -> None:
    redis["aof_last_write_status"] = "err"
    with pytest.raises(WaitTimeout, match="redis-lock-1 writes again"):
        await DiskFull(SPEC, lambda *_: FakeDisk()).heal(SHOP)


async def test_healing_what_was_never_injected_is_no_harm(redis: dict[str, object]) -> None:
    assert await DiskFull(SPEC, lambda *_: FakeDisk()).heal(SHOP) == "redis-lock-1 has 4096 bytes free and writes again"


async def test_without_a_disk_of_its_own_it_says_what_it_needs(redis: dict[str, object]) -> None:
    with pytest.raises(AssumptionError, match="native server with the environment GAUNTLET_DISK_MB, on Linux, started by root"):
        await DiskFull(SPEC).assume(SHOP)


async def test_a_server_that_writes_to_no_disk_is_an_assumption_that_failed(redis: dict[str, object]) -> None:
    redis["aof_enabled"] = 0
    with pytest.raises(AssumptionError, match="not durable"):
        await DiskFull(SPEC, lambda *_: FakeDisk()).assume(SHOP)


async def test_a_disk_that_went_with_its_server_is_said(redis: dict[str, object]) -> None:
    with pytest.raises(FileNotFoundError, match="redis-lock-1 has no disk of its own"):
        await DiskFull(SPEC, lambda *_: None).heal(SHOP)
