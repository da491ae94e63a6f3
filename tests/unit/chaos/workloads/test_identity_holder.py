"""A holder trusts no answer, tries every old token at every verifier once a change is acknowledged, and records no token."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

import httpx
import pytest

from chaos.client import Answer, Shop
from chaos.guarantees.stale_tokens_rejected import stale_tokens_rejected
from chaos.observations import identity
from chaos.workloads.client_process import ClientProcess
from chaos.workloads.identity_holder import NAME, PASSWORD, ROLE, AccountHolder, Habits
from chaos.workloads.token_verifiers import (
    GatewayVerifier,
    TokenPair,
    UserInstanceVerifier,
    Verifiers,
)
from harness.history import History, Record, Recorder
from harness.recording.http import RecordingTransport
from harness.seed import Seed
from harness.verdict import Outcome

FIRST = "first-password"


@dataclass
class FakeUsers:
    """The only account of a shop of memory. `forgetful` verifiers take any version; `mute` changes go unacknowledged."""

    password: str = FIRST
    version: int = 1
    role: str = "USER"
    forgetful: set[str] = field(default_factory=set)
    mute: int = 0
    lost: int = 0
    issued: int = 0
    used: set[str] = field(default_factory=set)

    def login(self, password: str) -> Answer:
        if password != self.password:
            return Answer("login", 401)
        return Answer("login", 200, {**self._pair(), "user": {"id": "ada", "email": "a@b.ch", "name": "A", "role": self.role}})

    def verify(self, verifier: str, token: str) -> Answer:
        stands = verifier in self.forgetful or token == f"access-{self.version}"
        return Answer("verify", 200 if stands else 401)

    def refresh(self, verifier: str, token: str) -> Answer:
        version = int(token.split("-")[1])
        if (version != self.version and verifier not in self.forgetful) or token in self.used:
            return Answer("refresh", 401)
        self.used.add(token)
        return Answer("refresh", 200, self._pair())

    def change(self, token: str, password: str | None, current: str | None) -> Answer:
        if token != f"access-{self.version}":
            return Answer("change", 401)
        if password is not None and current != self.password:
            return Answer("change", 403)
        if self.lost:
            self.lost -= 1
            return Answer("change", 503)
        self.version, self.password = self.version + 1, password or self.password
        return self._acknowledged()

    def give(self, role: str) -> Answer:
        self.version, self.role = self.version + 1, role
        return self._acknowledged()

    def _acknowledged(self) -> Answer:
        if self.mute:
            self.mute -= 1
            return Answer("change", 503)
        return Answer("change", 200)

    def _pair(self) -> dict[str, str]:
        self.issued += 1
        return {"access_token": f"access-{self.version}", "refresh_token": f"refresh-{self.version}-{self.issued}"}

    def client(self, verifier: str) -> httpx.AsyncClient:
        """A recorded client of one instance that asks for this account's tokens."""
        transport = RecordingTransport(httpx.MockTransport(lambda request: self.answer(verifier, request)))
        return httpx.AsyncClient(base_url="http://shop", transport=transport, trust_env=False)

    def answer(self, verifier: str, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content or b"{}")
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        match request.method, request.url.path:
            case "POST", "/auth/login":
                said = self.login(body["password"])
            case "POST", "/auth/refresh":
                said = self.refresh(verifier, body["refresh_token"])
            case "PATCH", "/users/me":
                said = self.change(token, body.get("password"), body.get("current_password"))
            case ("GET", "/users/me" | "/products/p/stock") | ("PATCH", "/users/ada/role"):
                said = self.verify(verifier, token)
            case other:
                raise AssertionError(other)
        return httpx.Response(said.status, json=dict(said.body))


class Scene:
    """A holder in front of two gateways and two instances of user."""

    def __init__(self, users: FakeUsers, *changes: str) -> None:
        self.users = users
        self.records: list[Record] = []
        verifiers = {
            name: GatewayVerifier(name, users.client(name), "p") for name in ("gateway-1", "gateway-2", "user-1", "user-2")
        }
        self.holder = AccountHolder(
            client=ClientProcess("ada", Recorder(self)),
            user_id="ada",
            email="a@b.ch",
            passwords=[FIRST],
            verifiers=Verifiers(
                tuple(verifiers[name] for name in ("gateway-1", "gateway-2")),
                tuple(cast("UserInstanceVerifier", verifiers[name]) for name in ("user-1", "user-2")),
            ),
            give_role=self._give,
            random=Seed(5).stream("ada"),
            habits=Habits(changes=changes, refreshes=0.5),
        )

    def write(self, record: Record) -> None:
        self.records.append(record)

    async def _give(self, user_id: str, role: str, _random: object) -> Answer:
        call = self.holder.client.recorder.invoke("admin", identity.CHANGE_ROLE, {"user_id": user_id, "role": role})
        answer = self.users.give(role)
        call.answered(answer.status, {})
        return answer

    async def rounds(self, number: int) -> History:
        async def nothing(_held: TokenPair) -> None:
            return

        for _ in range(number):
            await self.holder.changes_once(nothing)
        return History(self.records)


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chaos.workloads.identity_holder.PAUSE_S", 0.001)


@pytest.mark.parametrize("changes", [(NAME,), (PASSWORD,), (ROLE,), (NAME, PASSWORD, ROLE)])
async def test_every_old_token_is_tried_at_every_verifier(changes: tuple[str, ...]) -> None:
    history = await Scene(FakeUsers(), *changes).rounds(4)
    verdict = stale_tokens_rejected.verdict(history)
    assert verdict.outcome is Outcome.PASS
    assert verdict.counts["verifiers shown a void one"] == 4
    assert verdict.counts["judged"] >= 4 * 4
    assert verdict.counts["tokens accepted in force"] >= 4 * 4
    void = [use for use in history.named(identity.REFRESH_TOKENS) if use.status == 401]
    assert {use.input["at"] for use in void} == {"gateway-1", "gateway-2", "user-1", "user-2"}


@pytest.mark.parametrize("verifier", ["gateway-2", "user-1"])
async def test_one_verifier_that_forgets_is_found(verifier: str) -> None:
    history = await Scene(FakeUsers(forgetful={verifier}), NAME).rounds(1)
    verdict = stale_tokens_rejected.verdict(history)
    assert {violation.facts["verifier"] for violation in verdict.evidence} == {verifier}


@pytest.mark.parametrize("users", [lambda: FakeUsers(mute=3), lambda: FakeUsers(lost=3), lambda: FakeUsers(mute=1, lost=1)])
@pytest.mark.parametrize("change", [NAME, PASSWORD, ROLE])
async def test_a_change_is_asked_for_until_it_is_acknowledged(users: Callable[[], FakeUsers], change: str) -> None:
    scene = Scene(users(), change)
    history = await scene.rounds(2)
    changed = history.named(identity.CHANGE_ACCOUNT, identity.CHANGE_ROLE)
    assert sum(operation.ok for operation in changed) == 2
    assert stale_tokens_rejected.verdict(history).outcome is Outcome.PASS
    assert scene.users.password in scene.holder.passwords


async def test_no_token_and_no_password_is_on_record() -> None:
    scene = Scene(FakeUsers(), PASSWORD)
    text = repr((await scene.rounds(3)).records)
    assert "access-" not in text
    assert "refresh-" not in text
    assert "password-" not in text
    assert FIRST not in text


async def test_whoever_cannot_log_in_goes_home() -> None:
    scene = Scene(FakeUsers(password="changed by somebody else"), NAME)
    history = await scene.rounds(1)
    assert {operation.name for operation in history.operations} == {identity.LOG_IN}


async def test_a_transport_that_fails_is_on_record() -> None:
    scene = Scene(FakeUsers(), NAME)

    def late(_request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("late")

    transport = RecordingTransport(httpx.MockTransport(late))
    async with httpx.AsyncClient(base_url="http://shop", transport=transport, trust_env=False) as http:
        assert await scene.holder.client.calls(identity.USE_TOKEN, {}, Shop(http).account) is None
    (operation,) = History(scene.records).operations
    assert operation.unknown
