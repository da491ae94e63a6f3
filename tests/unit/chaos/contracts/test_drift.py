"""The shop's models, messages, rules and tables agree, seen without a server: the tables are those of the last release."""

from functools import cache
from pathlib import Path

import pytest

from chaos.contracts import CONTRACTS
from chaos.contracts.planted_drift import BREAKING, HARMLESS
from harness.contracts.documents import Documents, as_json
from harness.contracts.drift.checker import DriftChecker
from harness.contracts.finding import Finding
from harness.contracts.planted import PlantedChange
from harness.contracts.released import Releases
from system.gateway.app import create_app
from tests.unit.system.gateway.fakes import fake_shop

ROOT = Path(__file__).resolve().parents[4]


@cache
def current() -> Documents:
    """What the shop says of itself now."""
    released = Releases(ROOT / "contracts" / "released").load()
    files = {source.document: source.read() for source in CONTRACTS.saved if source.document in DriftChecker().current}
    openapi = as_json(create_app(fake_shop().parts).openapi())
    return Documents("current", {"sql.json": released.content("sql.json"), "openapi.json": openapi, **files})


def found(documents: Documents) -> set[Finding]:
    return set(DriftChecker().check(Documents("none", {}), documents))


def test_the_shop_agrees_with_itself() -> None:
    assert sorted(f"{each.rule}: {each.where}: {each.message}" for each in found(current())) == []


@pytest.mark.parametrize("change", BREAKING, ids=lambda change: change.name)
def test_what_drifts_apart_is_named(change: PlantedChange) -> None:
    assert change.rule in {each.rule for each in found(change.edit(current()))}


@pytest.mark.parametrize("change", HARMLESS, ids=lambda change: change.name)
def test_what_only_looks_like_that_is_not(change: PlantedChange) -> None:
    assert change.edit(current()) != current()
    assert found(change.edit(current())) == set()
