from pathlib import Path

import pytest

from harness.stack.docker.driver import DRIVERS
from harness.stack.docker.provider import DockerProvider
from harness.stack.errors import EngineError
from harness.stack.native.driver import DRIVERS as NATIVE
from harness.stack.providers import choose
from harness.stack.topology import SERVER_PLACEHOLDERS


def test_every_kind_of_server_in_a_topology_has_a_driver() -> None:
    assert set(DRIVERS) == set(SERVER_PLACEHOLDERS)


def test_servers_are_started_in_the_order_of_the_native_ones() -> None:
    assert {kind: each.boot_order for kind, each in DRIVERS.items()} == {kind: each.boot_order for kind, each in NATIVE.items()}


def test_images_are_pinned_and_each_has_a_setting_of_its_own() -> None:
    images = [each.image for each in DRIVERS.values()]
    assert {each.setting for each in images} == {"GAUNTLET_IMAGE_MYSQL", "GAUNTLET_IMAGE_REDIS", "GAUNTLET_IMAGE_RABBITMQ"}
    assert {each.official for each in images} == {"mysql:8.4", "redis:8", "rabbitmq:4-management"}
    assert all(each.kind == kind for kind, each in ((kind, driver.image) for kind, driver in DRIVERS.items()))


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
