from collections.abc import Mapping

import pytest

from harness.stack.docker.images import Image, Selected, get, select, select_all
from harness.stack.errors import ServerMissing

REDIS = Image("redis", "redis:8", "gauntlet/redis:local")
MYSQL = Image("mysql", "mysql:8.4", "gauntlet/mysql:local")


class FakeStore:
    """Images that are here, and those a registry has; without an entry the registry cannot be reached."""

    def __init__(self, here: tuple[str, ...] = (), registry: tuple[str, ...] = ()) -> None:
        self.here = set(here)
        self.registry = set(registry)
        self.asked: list[str] = []
        self.pulled: list[str] = []

    def has(self, name: str) -> bool:
        return name in self.here

    def obstacle(self, name: str) -> str:
        self.asked.append(name)
        return "" if name in self.registry else "no such host"

    def pull(self, name: str) -> None:
        self.pulled.append(name)


def chosen(store: FakeStore, environ: Mapping[str, str] | None = None) -> Selected:
    return select(REDIS, store, environ or {})


def test_the_official_image_is_taken_without_asking_anybody_when_it_is_here() -> None:
    store = FakeStore(here=("redis:8", "gauntlet/redis:local"))
    assert chosen(store) == Selected("redis:8", present=True)
    assert store.asked == []


def test_the_official_image_is_pulled_rather_than_replaced() -> None:
    assert chosen(FakeStore(here=("gauntlet/redis:local",), registry=("redis:8",))) == Selected("redis:8", present=False)


def test_the_one_built_here_stands_in_and_says_so() -> None:
    selected = chosen(FakeStore(here=("gauntlet/redis:local",)))
    assert selected == Selected("gauntlet/redis:local", True, "redis:8 is neither here nor can it be pulled", substitute=True)
    assert str(selected) == "gauntlet/redis:local (redis:8 is neither here nor can it be pulled)"


def test_what_is_no_equivalent_says_what_it_is() -> None:
    image = Image("toxiproxy", "toxiproxy:2", "gauntlet/toxiproxy:local", caveat="A STAND-IN")
    selected = select(image, FakeStore(here=("gauntlet/toxiproxy:local",)), {})
    assert selected.substitute
    assert str(selected) == "gauntlet/toxiproxy:local (toxiproxy:2 is neither here nor can it be pulled; A STAND-IN)"
    assert not select(image, FakeStore(here=("toxiproxy:2",)), {}).substitute
    assert not select(image, FakeStore(here=("mine:1",)), {"GAUNTLET_IMAGE_TOXIPROXY": "mine:1"}).substitute


def test_one_variable_replaces_the_image() -> None:
    environ = {"GAUNTLET_IMAGE_REDIS": "valkey:8"}
    here = FakeStore(here=("redis:8", "valkey:8"))
    assert chosen(here, environ) == Selected("valkey:8", True, "by GAUNTLET_IMAGE_REDIS")
    assert chosen(FakeStore(registry=("valkey:8",)), environ) == Selected("valkey:8", False, "by GAUNTLET_IMAGE_REDIS")
    assert chosen(here, {"GAUNTLET_IMAGE_MYSQL": "x", "GAUNTLET_IMAGE_REDIS": ""}).name == "redis:8"


def test_nothing_stands_in_for_an_image_that_was_asked_for() -> None:
    store = FakeStore(here=("redis:8", "gauntlet/redis:local"))
    with pytest.raises(ServerMissing, match=r"image valkey:8 is neither here .*no such host.*; set GAUNTLET_IMAGE_REDIS to"):
        chosen(store, {"GAUNTLET_IMAGE_REDIS": "valkey:8"})


def test_when_nothing_can_be_had_everything_that_would_help_is_named() -> None:
    with pytest.raises(ServerMissing, match=r"redis:8 .*no such host.*gauntlet/redis:local .*GAUNTLET_IMAGE_REDIS"):
        chosen(FakeStore())


def test_each_kind_is_chosen_for_itself() -> None:
    store = FakeStore(here=("redis:8", "gauntlet/mysql:local"))
    selected = select_all((REDIS, MYSQL), store, {})
    assert {kind: each.name for kind, each in selected.items()} == {"redis": "redis:8", "mysql": "gauntlet/mysql:local"}
    with pytest.raises(ServerMissing, match="mysql"):
        select_all((REDIS, MYSQL), FakeStore(here=("redis:8",)), {})


def test_what_is_missing_is_pulled_once_and_what_stands_in_is_said() -> None:
    store, said = FakeStore(), list[str]()
    pulled = Selected("redis:8", present=False)
    here = Selected("gauntlet/mysql:local", True, "mysql:8.4 is not to be had")
    get({"a": pulled, "b": pulled, "c": here, "d": Selected("rabbitmq:4", True)}, store, said.append)
    assert store.pulled == ["redis:8"]
    assert said == ["pulling redis:8", "using gauntlet/mysql:local (mysql:8.4 is not to be had)"]
