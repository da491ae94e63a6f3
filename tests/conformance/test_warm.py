"""A stack that runs already serves one experiment after the other, with the same seed too, and outlives them all."""

import json
import re
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.stack.attach import attach
from harness.system.sql import connected, rows
from harness.waiting import wait_until

SERVICES = Path("system/services.toml").resolve()
CHEAP = ("--set", "user.ARGON2_MEMORY_KIB=64", "--set", "user.ARGON2_TIME_COST=1", "--set", "gateway.LOGIN_RATE=1000/minute")
SAGAS = ("--set", "order.SAGA_LEASE_S=3")  # as saga_provider_failing has it


def gauntlet(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "harness.cli", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=110, check=False)  # noqa: S603 - ours


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("warm")
    counts = ("--instances", "order=2", "--instances", "product=2", "--instances", "payment=2")
    up = gauntlet(folder, "up", "--detach", "--proxied", "--port", "0", "--topology", str(SERVICES), *counts, *CHEAP, *SAGAS)
    try:
        assert up.returncode == 0, up.stderr
        yield folder
    finally:
        down = gauntlet(folder, "down")
    assert down.returncode == 0, down.stderr


@pytest.mark.timeout(240)  # whole experiments
@pytest.mark.parametrize("times", [1, pytest.param(2, marks=pytest.mark.nightly)])
def test_experiments_attach_and_leave_the_stack_as_it_was(warm: Path, times: int) -> None:
    before = json.loads(gauntlet(warm, "status", "--json").stdout)
    for _ in range(times):
        run = gauntlet(warm, "chaos", "run", "saga_provider_failing", "--seed", "7", "--stack-reuse", "default", "--json")
        assert run.returncode == 0, run.stderr
        assert "attached to" in run.stderr
    after = json.loads(gauntlet(warm, "status", "--json").stdout)
    assert before["members"] == after["members"]


def test_a_parked_saga_is_told_and_taken_up_again(warm: Path) -> None:
    shop, saga = attach(warm / ".gauntlet" / "stacks" / "default"), str(uuid.uuid4())
    with connected(shop.mysql("order")) as cursor:
        cursor.execute(
            "INSERT INTO sagas SET id = %s, kind = 'complete', subject = %s, active = 1, state = 'COMPENSATING', step = 0,"
            " attempts = 20, defects = 20, error = 'refund_payment: why', reason = '', data = %s, lease = '',"
            " lease_until = UTC_TIMESTAMP(6), due_at = '9999-12-31', parked_at = UTC_TIMESTAMP(6)",
            (saga, str(uuid.uuid4()), json.dumps({"payment_id": "pay_0"})),
        )
        cursor.connection.commit()
    wait_until(lambda: "sagas_parked is 1" in gauntlet(warm, "status").stdout, what="status tells it", timeout_s=20)
    (shown,) = json.loads(gauntlet(warm, "sagas", "--json").stdout)
    assert (shown["id"], shown["error"]) == (saga, "refund_payment: why")
    unknown = gauntlet(warm, "sagas", "--resume", "nobody")
    assert (unknown.returncode, "no parked saga has the id nobody" in unknown.stderr) == (4, True)
    assert gauntlet(warm, "sagas", "--resume", saga).returncode == 0

    def ended() -> bool:
        return rows(shop.mysql("order"), "SELECT state FROM sagas WHERE id = %s", (saga,))[0]["state"] == "COMPENSATED"

    wait_until(ended, what="it goes on", timeout_s=20)
    wait_until(lambda: "ATTENTION" not in gauntlet(warm, "status").stdout, what="status is quiet", timeout_s=20)
    assert gauntlet(warm, "sagas").stdout.strip() == "no saga is parked"


def test_what_an_attached_stack_cannot_do_is_said_before_anything_is_done(warm: Path) -> None:
    run = gauntlet(warm, "chaos", "run", "flash_sale", "--stack-reuse", "default")
    assert run.returncode == 3, "nothing was proved"
    assert "is not Restartable" in run.stderr + run.stdout


def test_a_stack_with_other_settings_than_an_experiment_has_is_refused(warm: Path) -> None:
    run = gauntlet(warm, "chaos", "run", "lock_latency_beyond_ttl", "--stack-reuse", "default")
    assert run.returncode == 3, "nothing was proved"
    said = " ".join((run.stderr + run.stdout).split())
    assert re.search(
        r"stack default was not started with .*order\.LOCK_TTL_S=1.*; start one with `gauntlet up --detach --proxied", said
    )


def test_a_stack_that_is_not_there_is_told(warm: Path) -> None:
    run = gauntlet(warm, "chaos", "run", "flash_sale", "--stack-reuse", "nix")
    assert run.returncode == 2
    assert "no stack in" in run.stderr
