import pytest

from ci import containers
from ci.images import engine
from ci.images.__main__ import main as images


@pytest.fixture
def nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")


@pytest.mark.usefixtures("nobody_answers")
def test_where_no_engine_can_be_had_that_is_said_loudly_and_is_no_success(capsys: pytest.CaptureFixture[str]) -> None:
    assert containers.main([]) == 3
    said = capsys.readouterr()
    assert "NOTHING THAT NEEDS DOCKER WAS TRIED" in said.err
    assert "unix:///nowhere/docker.sock" in said.err


@pytest.mark.usefixtures("nobody_answers")
@pytest.mark.parametrize("action", ["start", "status"])
def test_the_engines_own_command_says_the_same(action: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert engine.main([action]) == 3
    assert "NO DOCKER ENGINE" in capsys.readouterr().err


@pytest.mark.usefixtures("nobody_answers")
def test_images_are_not_built_without_an_engine(capsys: pytest.CaptureFixture[str]) -> None:
    assert images(["redis"]) == 3
    assert "no Docker engine answers" in capsys.readouterr().err


def test_an_image_that_cannot_be_had_is_no_reason_to_look_for_an_engine(capsys: pytest.CaptureFixture[str]) -> None:
    assert images(["list"]) == 0
    assert "toxiproxy" in capsys.readouterr().out
