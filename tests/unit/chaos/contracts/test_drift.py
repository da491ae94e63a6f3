"""The shop's models, messages, rules and tables agree, seen without a server: the tables are those of the last release."""

from pathlib import Path

from chaos.contracts import CONTRACTS
from harness.contracts.documents import Documents, as_json
from harness.contracts.drift.checker import DriftChecker
from harness.contracts.finding import Finding
from harness.contracts.released import Releases
from system.gateway.app import create_app
from tests.unit.system.gateway.fakes import fake_shop

ROOT = Path(__file__).resolve().parents[4]


def current() -> Documents:
    """What the shop says of itself now."""
    released = Releases(ROOT / "contracts" / "released").load()
    files = {source.document: source.read() for source in CONTRACTS.saved if source.document in DriftChecker().current}
    openapi = as_json(create_app(fake_shop().parts).openapi())
    return Documents("current", {"sql.json": released.content("sql.json"), "openapi.json": openapi, **files})


def found(documents: Documents) -> set[Finding]:
    return set(DriftChecker().check(Documents("none", {}), documents))


def test_the_shop_agrees_with_itself() -> None:
    """But for columns that are newer than the last release: tests/contract knows them, from real servers."""
    newer = {each for each in found(current()) if each.rule == "mapping-of-nothing" and each.where.startswith("sql:")}
    assert sorted(f"{each.rule}: {each.where}: {each.message}" for each in found(current()) - newer) == []
