from pathlib import Path

import pytest

from ci.images.recipes import IMAGES
from harness.stack.docker.driver import DRIVERS, Driver
from harness.stack.docker.provider import DockerProvider
from harness.stack.docker.toxiproxy import Toxiproxy
from harness.stack.errors import EngineError
from harness.stack.native.driver import DRIVERS as NATIVE
from harness.stack.providers import choose
from harness.stack.services_toml.tables import SERVER_PLACEHOLDERS

EVERYTHING: tuple[type[Driver], ...] = (*DRIVERS.values(), Toxiproxy)


def test_every_kind_of_server_in_a_topology_has_a_driver() -> None:
    assert set(DRIVERS) == set(SERVER_PLACEHOLDERS)


def test_servers_are_started_in_the_order_of_the_native_ones() -> None:
    assert {kind: each.boot_order for kind, each in DRIVERS.items()} == {kind: each.boot_order for kind, each in NATIVE.items()}


def test_images_are_pinned_and_each_has_a_setting_of_its_own() -> None:
    images = {each.image.setting: each.image.official for each in EVERYTHING}
    assert images == {
        "GAUNTLET_IMAGE_MYSQL": "mysql:8.4",
        "GAUNTLET_IMAGE_REDIS": "redis:8",
        "GAUNTLET_IMAGE_RABBITMQ": "rabbitmq:4-management",
        "GAUNTLET_IMAGE_TOXIPROXY": "shopify/toxiproxy:2.12.0",
    }
    assert all(each.kind == each.image.kind for each in EVERYTHING)
    assert {kind: each.kind for kind, each in DRIVERS.items()} == {kind: kind for kind in DRIVERS}


def test_every_image_has_a_recipe_that_stands_in_for_it() -> None:
    recipes = {image.official: image.tag for image in IMAGES if image.official}
    for each in EVERYTHING:
        assert recipes[each.image.official] == each.image.local


def test_without_an_engine_it_can_do_nothing_and_says_so(tmp_path: Path) -> None:
    provider = DockerProvider(environ={"DOCKER_HOST": f"unix://{tmp_path}/none"})
    for action in (provider.check, lambda: provider.prepare([], pytest.fail)):
        with pytest.raises(EngineError, match=f"no Docker engine at {tmp_path}/none"):
            action()


def test_something_that_is_no_engine_is_named(tmp_path: Path) -> None:
    (tmp_path / "no.sock").touch()
    provider = DockerProvider(environ={"DOCKER_HOST": f"unix://{tmp_path}/no.sock"})
    with pytest.raises(EngineError, match=rf"Docker engine at {tmp_path}/no.sock does not answer"):
        provider.check()
    assert choose("auto", lambda: provider).provider.name == "native"
