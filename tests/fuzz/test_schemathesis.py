"""schemathesis and the shop agree: briefly with a fixed seed at each commit, over ten seeds each night."""

import subprocess
import sys
import tomllib
from pathlib import Path

import httpx
import pytest

from chaos import schemathesis_hooks as hooks
from chaos.client import Answer, Line, Money, Order, Payment, Product
from chaos.client.sandboxes import BAD_CARD
from chaos.demo_data import FIRST_ADMIN
from chaos.fuzz import schemathesis
from chaos.fuzz.reaching import ADDRESS
from chaos.subject import RunningShop
from harness.stack.attach import AttachedStack
from tests.fuzz.trial import tried_out

ROOT = Path(__file__).parents[2]
CONFIG = tomllib.loads((ROOT / "schemathesis.toml").read_text())


async def _fuzzed(stack: AttachedStack, folder: Path, *, seconds: float, seed: int) -> None:
    summary, found = await tried_out(schemathesis.part(alone=False), stack, seconds=seconds, seed=seed, folder=folder)
    assert not summary.error
    assert not [(each.finding, each.repeated) for each in found]
    assert not summary.gaps, (folder / "reachability.txt").read_text()
    assert len({each.target for each in summary.tried}) == 26


async def test_every_answer_is_one_that_the_document_declares(stack: AttachedStack, tmp_path: Path) -> None:
    await _fuzzed(stack, tmp_path, seconds=8, seed=9)


@pytest.mark.nightly
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(1, 11))
async def test_nothing_is_found_over_ten_seeds(stack: AttachedStack, tmp_path: Path, seed: int) -> None:
    await _fuzzed(stack, tmp_path, seconds=240, seed=seed)


@pytest.mark.nightly
@pytest.mark.timeout(900)
def test_the_stock_command_line_finds_nothing_and_warns_of_nothing(stack: AttachedStack) -> None:
    st = str(Path(sys.executable).with_name("st"))
    command = [st, "run", f"{stack.base_url}/openapi.json", "--seed", "1", "--no-color"]
    environment = {"ADMIN_PASSWORD": stack.secret("admin"), "PATH": ""}
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    assert ended.returncode == 0, ended.stdout[-5000:]
    assert "Authentication failed" not in ended.stdout
    assert "Missing test data" not in ended.stdout


def test_no_operation_and_no_check_is_left_out() -> None:
    assert set(CONFIG) == {"hooks", "request-timeout", "auth", "cache"}
    assert CONFIG["hooks"] == str(Path(hooks.__file__).relative_to(ROOT))


async def test_each_refusal_for_state_is_still_given(gateway: httpx.AsyncClient, stack: AttachedStack) -> None:
    async with RunningShop(stack) as running:
        admin = await running.admin()
        goods = (await admin.create_product("Fuzzed lamp", Money(100))).read(Product)
        await admin.set_stock(goods.id, 10)
        nothing = [Line("00000000-0000-0000-0000-000000000000", 1)]
        seen = [
            await admin.place_order("state-1", nothing, ADDRESS),
            await admin.place_order("state-2", [Line(goods.id, 1)] * 2, ADDRESS),
        ]
        order = (await admin.place_order(f"state-{goods.id}", [Line(goods.id, 1)], ADDRESS)).read(Order)
        seen.append(await admin.place_order(f"state-{goods.id}", [Line(goods.id, 2)], ADDRESS))
        assert order.total is not None
        payment = (await running.provider.authorise(order.id, order.total, BAD_CARD)).read(Payment)
        seen.append(await admin.complete(order.id, payment.id))
    login = {"email": FIRST_ADMIN, "password": stack.secret("admin")}
    token = (await gateway.post("/auth/login", json=login)).raise_for_status().json()["access_token"]
    as_read_before = {"Authorization": f"Bearer {token}", "If-Match": '"0"'}
    stale = await gateway.patch(f"/products/{goods.id}", json={"name": "Lamp"}, headers=as_read_before)
    seen.append(Answer.of(stale))
    assert {each for answer in seen for each in _excused(answer)} == set(hooks.STATE)


def _excused(answer: Answer) -> set[tuple[int, str]]:
    faults = answer.body.get("errors")
    first = faults[0] if isinstance(faults, list) and faults else {}
    codes = {"", answer.code, first.get("code") if isinstance(first, dict) else ""}
    return {(answer.status, str(code)) for code in codes} & set(hooks.STATE)


async def test_an_account_that_was_spoilt_is_replaced(gateway: httpx.AsyncClient, stack: AttachedStack) -> None:
    shop = hooks.Shop(stack.base_url)
    shop.admin = ("admin@shop.example", stack.secret("admin"))
    for role in ("USER", "ADMIN"):
        account = hooks.Account(role)
        first = account.token(shop)
        bearer = {"Authorization": f"Bearer {first}"}
        me = (await gateway.get("/users/me", headers=bearer)).json()
        assert me["role"] == role
        assert (await gateway.patch("/users/me", json={"name": "Spoilt"}, headers=bearer)).status_code == 200
        assert (await gateway.get("/users/me", headers=bearer)).status_code == 401
        second = account.token(shop)
        assert (await gateway.get("/users/me", headers={"Authorization": f"Bearer {second}"})).json()["id"] == me["id"]
        other = "ADMIN" if role == "USER" else "USER"
        shop.as_first("PATCH", f"/users/{me['id']}/role", {"role": other})
        replaced = (await gateway.get("/users/me", headers={"Authorization": f"Bearer {account.token(shop)}"})).json()
        assert (replaced["role"], replaced["id"] != me["id"]) == (role, True)
