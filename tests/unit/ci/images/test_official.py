import os
from pathlib import Path

import pytest

from ci import containers
from ci.images import official
from ci.images.recipes import IMAGES, environment

GIVES = "mysql:8.4 redis:8 rabbitmq:4-management python:3.11-slim-bookworm"


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `docker` whose pull knows the images that are named in a file."""
    known = tmp_path / "known"
    docker = tmp_path / "docker"
    docker.write_text(f'#!/bin/sh\nfor last; do :; done\ngrep -qw -- "$last" {known} || {{ echo "no such image"; exit 1; }}\n')
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.delenv("GAUNTLET_IMAGE_TOXIPROXY", raising=False)
    return known


def test_one_image_that_is_missing_is_no_reason_to_build_the_others(registry: Path) -> None:
    registry.write_text(GIVES)
    said: list[str] = []
    assert [image.name for image in official.missing(said.append)] == ["toxiproxy"]
    assert said == ["shopify/toxiproxy:2.12.0 cannot be had: no such image"]


def test_an_image_that_was_named_in_full_is_taken_for_the_official_one(registry: Path) -> None:
    registry.write_text(f"{GIVES} there/toxiproxy:2.12.0")
    assert official.missing(lambda _line: None, {"GAUNTLET_IMAGE_TOXIPROXY": "there/toxiproxy:2.12.0"}) == []


def test_what_cannot_be_had_is_built_with_what_it_takes_to_build_in_it(registry: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    registry.write_text("mysql:8.4")
    built: list[str] = []
    monkeypatch.setattr(containers, "build", lambda names, **_: built.extend(names))
    settings = containers.images("auto")
    assert built == ["redis", "rabbitmq", "python", "python-builder", "toxiproxy"]
    assert "MYSQL_IMAGE" not in settings
    assert settings["REDIS_IMAGE"] == "gauntlet/redis:local"
    assert settings["BUILD_NETWORK"] == "host"


def test_where_a_registry_gives_everything_out_nothing_is_built(registry: Path) -> None:
    registry.write_text(f"{GIVES} shopify/toxiproxy:2.12.0")
    assert containers.images("auto") == {}


def test_only_a_builder_of_ours_needs_the_hosts_network() -> None:
    (redis,) = (image for image in IMAGES if image.name == "redis")
    assert environment([redis]) == ["REDIS_IMAGE=gauntlet/redis:local"]
