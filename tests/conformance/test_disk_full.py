"""A real redis whose disk is full refuses to write until it is healed, and whatever ends takes its disk along."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import redis

from harness.experiment import AssumptionError
from harness.faults.disk_full import SMALL_DISK, disk_full
from harness.faults.fault import StackFault
from harness.faults.inventory import Inventory
from harness.faults.registry import make
from harness.seed import Seed
from harness.stack.marker import Mark
from harness.stack.native import small_disk
from harness.stack.native.provider import NativeProvider
from harness.stack.native.small_disk import DISK_MB, SOURCE, mounted_for
from harness.stack.stack import Stack
from harness.waiting import wait_until
from tests.conformance.toys import SMALL, left_behind, redis_client, small

OWNER = Path(__file__).with_name("owner.py")
privileged = pytest.mark.skipif(not small_disk.possible(), reason="nobody may mount here: run it as root, with CAP_SYS_ADMIN")


def fault() -> StackFault:
    made = make(disk_full("locks")(Inventory({"locks": ("locks",)}), Seed(1).stream("fault")))
    assert isinstance(made, StackFault)
    return made


def holders() -> list[int]:
    """Pids of all processes of this machine that have a small disk among their mounts."""
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and mounted_for(int(entry.name))]


def seen_from_here() -> bool:
    return SOURCE in Path("/proc/self/mounts").read_text() or SOURCE in Path("/proc/1/mounts").read_text()


def started(folder: Path) -> Stack:
    return Stack(small(), NativeProvider(), folder=folder, environment={"locks": SMALL_DISK})


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    with started(tmp_path / "a folder") as running:
        yield running


@pytest.fixture
def subject(stack: Stack) -> Any:
    return SimpleNamespace(stack=stack)


@privileged
async def test_it_refuses_to_write_while_full_and_writes_again(stack: Stack, subject: Any) -> None:
    full = fault()
    with redis_client(stack, "locks") as client:
        client.set("promised", "before")
        await full.assume(subject)
        assert not (await full.prove(subject)).effective
        await full.inject(subject)
        try:
            proof = await full.prove(subject)
            assert proof.effective, proof
            with pytest.raises(redis.ResponseError, match=r"MISCONF.*No space left on device"):
                client.set("new", "1")
            assert client.get("promised") == "before"
        finally:
            said = await full.heal(subject)
        assert "writes again" in said
        assert not (await full.prove(subject)).effective
        client.set("new", "1")
        wait_until(lambda: set(client.keys("*")) == {"new", "promised"}, what="its own value is over", timeout_s=5)


@privileged
async def test_space_that_comes_back_behind_the_injection_is_no_proof(stack: Stack, subject: Any) -> None:
    full = fault()
    await full.inject(subject)
    pid = stack.instance("locks").pid
    assert pid is not None
    disk = mounted_for(pid)
    assert disk is not None
    (disk / "filler").unlink()
    assert not (await full.prove(subject)).effective
    await full.heal(subject)


@privileged
async def test_kill_9_takes_the_disk_along_and_a_new_start_has_a_new_one(stack: Stack, subject: Any) -> None:
    await fault().inject(subject)
    pid = stack.instance("locks").pid
    assert pid is not None
    assert pid in holders()
    assert not seen_from_here()
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: pid not in holders(), what="its disk is gone", timeout_s=10)
    assert not seen_from_here()
    with pytest.raises((OSError, redis.RedisError)):
        await fault().heal(subject)
    stack.kill("locks")
    stack.boot("locks")
    stack.wait_ready("locks")
    with redis_client(stack, "locks") as client:
        assert client.dbsize() == 0
        client.set("k", "v")


@privileged
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_whatever_ends_the_owner_leaves_no_disk(tmp_path: Path, number: signal.Signals) -> None:
    owner = subprocess.Popen(  # noqa: S603 - our own interpreter and program
        [sys.executable, str(OWNER), "native", str(SMALL), str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, DISK_MB: "16"},
    )
    try:
        assert owner.stdout is not None
        mark = Mark(owner.stdout.readline().split()[1], tmp_path / "logs")
        assert any(line.startswith("up") for line in owner.stdout)
        mine = set(left_behind(mark, None)) & set(holders())
        assert len(mine) == 1
        owner.send_signal(number)
        owner.wait(30)
    finally:
        owner.kill()
        owner.communicate()
    wait_until(lambda: not left_behind(mark, None), what="nothing left", timeout_s=20)
    assert not mine & set(holders())
    assert not seen_from_here()
    wait_until(lambda: not (tmp_path / "data").exists(), what="no data left", timeout_s=20)


async def test_who_may_not_mount_is_told_what_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(small_disk, "possible", lambda: False)
    with started(tmp_path) as stack:
        with redis_client(stack, "locks") as client:
            assert client.config_get("appendfsync") == {"appendfsync": "always"}
        with pytest.raises(AssumptionError, match=r"the disk of locks cannot be filled.*started by root"):
            await fault().assume(SimpleNamespace(stack=stack))


async def test_a_server_that_did_not_ask_for_one_is_an_assumption_that_failed(tmp_path: Path) -> None:
    with Stack(small(), NativeProvider(), folder=tmp_path) as stack, pytest.raises(AssumptionError, match=DISK_MB):
        await fault().assume(SimpleNamespace(stack=stack))
