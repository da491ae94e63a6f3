"""One server of each kind is asked for its version; kinds that nobody can ask are left out."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

import harness.system.versions as module
from harness.stack.topology import Role
from harness.stack.view import StackView
from harness.system.versions import READERS, versions


def stack(*servers: tuple[str, str]) -> StackView:
    members = [SimpleNamespace(name=name, kind=kind, role=Role.SERVER) for name, kind in servers]
    members.append(SimpleNamespace(name="order-1", kind="", role=Role.SERVICE))
    return cast(StackView, SimpleNamespace(instances=lambda: members, manifest=SimpleNamespace(mysql={})))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    asked: list[str] = []

    def reader(kind: str) -> Any:
        async def read(_stack: StackView, server: str) -> str:
            asked.append(server)
            return f"{kind} 1.0"

        return read

    monkeypatch.setattr(module, "READERS", {kind: reader(kind) for kind in READERS})
    return asked


async def test_the_first_of_each_kind_is_asked(asked: list[str]) -> None:
    found = await versions(stack(("redis-lock-1", "redis"), ("redis-lock-2", "redis"), ("search", "opensearch")))
    assert asked == ["redis-lock-1"]
    assert found.keys() == {"redis", "python"}
    assert found["redis"] == "redis 1.0"


async def test_a_database_without_a_schema_is_no_reason_to_fail() -> None:
    assert "nobody has a schema" in (await versions(stack(("mysql", "mysql"))))["mysql"]
