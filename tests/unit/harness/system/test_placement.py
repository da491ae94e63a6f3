"""Provider and carrier are chosen together, by names that take the same ones again."""

import pytest

from harness.stack.carriers.given import Given
from harness.stack.errors import StackError
from harness.stack.native.provider import NativeProvider
from harness.system import Placement, choose_placement


@pytest.fixture(autouse=True)
def nobody_chose(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GAUNTLET_PROXY", raising=False)


def test_the_same_names_take_the_same_again() -> None:
    first = choose_placement("native", proxied=True)
    again = choose_placement(first.provider.name, first.proxy, proxied=True)
    assert (again.provider.name, again.proxy) == ("native", "own")
    assert type(again.carrier) is type(first.carrier)
    assert [line.partition(":")[0] for line in again.told()] == ["provider native", f"edges run through {again.carrier.name}"]  # type: ignore[union-attr]  # proxied


def test_a_definite_name_does_not_heed_the_environment_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = choose_placement("native", proxied=True)
    monkeypatch.setenv("GAUNTLET_PROXY", "toxiproxy")
    monkeypatch.setenv("PATH", "")
    assert choose_placement("native", chosen.proxy, proxied=True).proxy == "own"


def test_nothing_carries_edges_that_are_not_proxied() -> None:
    placement = choose_placement("native", "no such proxy", proxied=False)
    assert placement.carrier is None
    assert list(placement.told()) == [placement.provider_told]


@pytest.mark.parametrize(("provider", "proxy"), [("podman", ""), ("native", "squid")])
def test_unknown_names_are_refused(provider: str, proxy: str) -> None:
    with pytest.raises(StackError, match="there is no"):
        choose_placement(provider, proxy, proxied=True)


def test_the_variables_that_had_a_say_are_told_and_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TOXIPROXY_URL", "DOCKER_HOST", "GAUNTLET_IMAGE_MYSQL"):
        monkeypatch.setenv(name, f"the {name}")
    assert choose_placement("native", "own", proxied=True).environment == {}
    given = Placement(NativeProvider(), "", Given(), "", "toxiproxy")
    assert given.environment == {"TOXIPROXY_URL": "the TOXIPROXY_URL"}
    assert set(choose_placement("docker", proxied=False).environment) >= {"DOCKER_HOST", "GAUNTLET_IMAGE_MYSQL"}
