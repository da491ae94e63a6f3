from pathlib import Path

import pytest

from harness.seed import Seed
from harness.stack.carriers import CarrierMissing, choose_carrier
from harness.stack.carriers.container import InContainer
from harness.stack.carriers.given import Given
from harness.stack.carriers.processes import OnPath, OwnProxy
from harness.stack.docker.images import Selected
from harness.stack.docker.provider import DockerProvider
from harness.stack.errors import EngineError, StackError

STAND_IN = Selected("gauntlet/toxiproxy:local", True, "A STAND-IN", substitute=True)
REAL = Selected("shopify/toxiproxy:2.12.0", False)
NOTHING = {"PATH": "/nowhere"}


class Fake(DockerProvider):
    """An engine with this image, or none."""

    def __init__(self, image: Selected | None) -> None:
        super().__init__(environ={})
        self._image = image

    def check_kinds(self, kinds: object) -> str:
        assert kinds == ["toxiproxy"]
        if self._image is None:
            raise EngineError("there is no Docker engine at /x")
        return "fine"

    def selected(self, kind: str) -> Selected:
        assert self._image is not None
        return self._image


def nobody(_patience_s: float) -> DockerProvider:
    pytest.fail("nobody asked for a container")


@pytest.fixture
def installed(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "toxiproxy-server").touch(mode=0o755)
    return {"PATH": str(tmp_path)}


def test_the_projects_own_is_the_default_and_nothing_else_is_looked_for(installed: dict[str, str]) -> None:
    for choice in (
        choose_carrier("", installed, nobody),
        choose_carrier("own", installed | {"GAUNTLET_PROXY": "auto"}, nobody),
    ):
        assert isinstance(choice.carrier, OwnProxy)


def test_one_variable_chooses_and_the_option_outweighs_it(installed: dict[str, str]) -> None:
    environ = installed | {"GAUNTLET_PROXY": "toxiproxy"}
    assert isinstance(choose_carrier("", environ, lambda _s: Fake(None)).carrier, OnPath)
    assert isinstance(choose_carrier("own", environ, nobody).carrier, OwnProxy)


@pytest.mark.parametrize("name", ["toxiproxy", "auto"])
def test_a_real_server_on_path_comes_before_a_container(name: str, installed: dict[str, str]) -> None:
    choice = choose_carrier(name, installed, lambda _s: Fake(REAL))
    assert isinstance(choice.carrier, OnPath)
    command = choice.carrier.command(1234, Seed(7))
    assert command == (f"{installed['PATH']}/toxiproxy-server", "-host", "127.0.0.1", "-port", "1234", "-proxy-metrics")


@pytest.mark.parametrize("name", ["toxiproxy", "auto"])
def test_then_comes_the_official_image(name: str) -> None:
    assert isinstance(choose_carrier(name, NOTHING, lambda _s: Fake(REAL)).carrier, InContainer)


def test_auto_is_never_a_stand_in_and_says_why_it_is_our_own() -> None:
    choice = choose_carrier("auto", NOTHING, lambda _s: Fake(STAND_IN))
    assert isinstance(choice.carrier, OwnProxy)
    for reason in ("TOXIPROXY_URL is not set", "no toxiproxy-server is on PATH", "there is only gauntlet/toxiproxy:local"):
        assert reason in choice.reason


def test_who_asks_for_a_toxiproxy_gets_a_stand_in_rather_than_nothing() -> None:
    assert isinstance(choose_carrier("toxiproxy", NOTHING, lambda _s: Fake(STAND_IN)).carrier, InContainer)


def test_who_asks_for_a_toxiproxy_and_cannot_have_one_is_told_all_the_reasons() -> None:
    with pytest.raises(
        CarrierMissing, match=r"TOXIPROXY_URL is not set; no toxiproxy-server is on PATH; .*no Docker engine at /x"
    ):
        choose_carrier("toxiproxy", NOTHING, lambda _s: Fake(None))


def test_auto_is_quick_and_who_asks_by_name_is_patient() -> None:
    waits: list[float] = []

    def containers(patience_s: float) -> DockerProvider:
        waits.append(patience_s)
        return Fake(REAL)

    choose_carrier("auto", NOTHING, containers)
    choose_carrier("toxiproxy", NOTHING, containers)
    assert waits == [1.0, 30.0]


def test_an_unknown_one_is_refused_and_the_known_ones_listed() -> None:
    with pytest.raises(StackError, match="no proxy squid; there are auto, own, toxiproxy"):
        choose_carrier("squid", {}, nobody)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "TOXIPROXY_URL is not set"),
        ("http://10.0.0.1:8474", "is not a port of 127.0.0.1"),
        ("http://127.0.0.1", "is not a port of 127.0.0.1"),
        ("http://127.0.0.1:x", "is no address"),
    ],
)
def test_a_server_elsewhere_is_of_no_use(url: str, reason: str) -> None:
    assert reason in Given({"TOXIPROXY_URL": url}).obstacle()


def test_our_own_is_told_the_seed() -> None:
    assert OwnProxy().command(1234, Seed(7))[-5:] == ("harness.proxy", "--port", "1234", "--seed", "7")
