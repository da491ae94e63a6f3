"""The schema of services.toml and its reference page say what the reader does."""

import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ci import reference
from harness.stack.services_toml.tables import EdgeTable, HealthTable, ProcessTable, ServerTable, ServicesToml, StackTable

ROOT = Path(__file__).resolve().parents[3]
SHOP = (ROOT / "system" / "services.toml").read_text()
FILES = [ROOT / "system" / "services.toml", *(path for path in ROOT.glob("tests/**/*.toml") if "[stack]" in path.read_text())]


def valid(text: str) -> bool:
    return bool(jsonschema.Draft202012Validator(reference.schema()).is_valid(tomllib.loads(text)))


@pytest.mark.parametrize("path", FILES, ids=str)
def test_the_schema_accepts_every_file_there_is(path: Path) -> None:
    jsonschema.Draft202012Validator.check_schema(reference.schema())
    assert valid(path.read_text())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('name = "shop"', ""),
        ("entry_port = 3000", "entry_port = 0"),
        ("durable = true", "durabel = true"),
        ('kind = "redis"', 'kind = "memcached"'),
        ("[servers.redis-cache]", "[servers.Redis]"),
        ('"user->mysql"', '"user=mysql"'),
        ('{ grpc = "GRPC_PORT"', '{ grpc = "GRPC-PORT"'),
        ('INSTANCE = "{instance}"', 'INSTANCE-1 = "{instance}"'),
    ],
)
def test_the_schema_refuses_what_the_reader_refuses_in_one_table(old: str, new: str) -> None:
    assert SHOP.count(old) >= 1, "the case changes nothing"
    assert not valid(SHOP.replace(old, new, 1))


@pytest.mark.parametrize("table", [ServicesToml, StackTable, ServerTable, ProcessTable, HealthTable, EdgeTable])
def test_the_page_has_every_key_with_its_meaning(table: Any) -> None:
    page = reference.page()
    for key, field in table.model_fields.items():
        assert field.description, f"{table.__name__}.{key} says nothing"
        assert table is ServicesToml or f"{key}`" in page
        assert f"[{key}" in page or field.description in page


def test_a_file_that_was_edited_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert reference.stale() == []
    monkeypatch.setattr(reference, "HEAD", "another head\n")
    assert reference.stale() == ["services_toml/REFERENCE.md is not current: run `make reference`"]
