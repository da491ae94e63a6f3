import sys

import pytest

from ci import containers
from ci.images import engine
from ci.images.__main__ import main as images
from ci.images.docker import CommandFailedError
from ci.images.machine import UnsuitableMachineError
from harness.exit_codes import ExitCode

CODES = {"bad": 5, "good": 0}


@pytest.fixture
def nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")


@pytest.mark.usefixtures("nobody_answers")
def test_where_no_engine_can_be_had_that_is_said_loudly_and_is_no_success(capsys: pytest.CaptureFixture[str]) -> None:
    assert containers.main([]) == engine.NO_ENGINE
    said = capsys.readouterr()
    assert "NOTHING THAT NEEDS DOCKER WAS TRIED" in said.err
    assert "unix:///nowhere/docker.sock" in said.err


@pytest.fixture
def an_engine_was_started(monkeypatch: pytest.MonkeyPatch) -> None:
    def fine(*_: object) -> dict[str, str]:
        return {}

    monkeypatch.setattr(engine, "start", lambda _say: True)
    monkeypatch.setattr(engine, "stop", lambda _say: None)
    monkeypatch.setattr(containers, "images", fine)
    monkeypatch.setattr(containers, "SUITES", {name: (sys.executable, "-c", f"exit({code})") for name, code in CODES.items()})


@pytest.mark.usefixtures("an_engine_was_started")
@pytest.mark.parametrize(("only", "code"), [("good", 0), ("bad", 5)])
def test_the_exit_code_is_that_of_the_suites(only: str, code: int) -> None:
    assert containers.main(["--only", only]) == code


def test_no_experiment_or_test_can_end_like_a_machine_without_an_engine() -> None:
    assert engine.NO_ENGINE not in {*ExitCode, *pytest.ExitCode}


@pytest.mark.usefixtures("an_engine_was_started")
def test_all_suites_are_run_although_one_fails(capfd: pytest.CaptureFixture[str]) -> None:
    assert containers.main([]) == 5
    assert capfd.readouterr().out.splitlines() == ["FAIL bad", "ok   good"]


@pytest.mark.usefixtures("an_engine_was_started")
def test_containers_that_are_left_over_are_a_failure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def busy(_say: object) -> None:
        raise engine.EngineUnavailableError("containers are running: gauntlet-x")

    monkeypatch.setattr(engine, "stop", busy)
    assert containers.main(["--only", "good"]) == 1
    assert "left over: containers are running: gauntlet-x" in capsys.readouterr().err


@pytest.mark.usefixtures("an_engine_was_started")
def test_a_mirror_that_has_nothing_to_build_from_is_said_loudly(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def nothing(_choice: str) -> dict[str, str]:
        raise UnsuitableMachineError("this machine's mirror gives no Debian sid")

    monkeypatch.setattr(containers, "images", nothing)
    assert containers.main([]) == engine.NO_ENGINE
    assert "NOTHING THAT NEEDS DOCKER WAS TRIED: this machine's mirror gives no Debian sid" in capsys.readouterr().err


@pytest.mark.usefixtures("an_engine_was_started")
def test_an_image_that_does_not_build_is_a_failure(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def broken(_choice: str) -> dict[str, str]:
        raise CommandFailedError("`docker build` ended with code 1")

    monkeypatch.setattr(containers, "images", broken)
    assert containers.main([]) == 1
    assert "docker build" in capsys.readouterr().err


@pytest.mark.usefixtures("nobody_answers")
@pytest.mark.parametrize("action", ["start", "status"])
def test_the_engines_own_command_says_the_same(action: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert engine.main([action]) == engine.NO_ENGINE
    assert "NO DOCKER ENGINE" in capsys.readouterr().err


@pytest.mark.usefixtures("nobody_answers")
def test_images_are_not_built_without_an_engine(capsys: pytest.CaptureFixture[str]) -> None:
    assert images(["redis"]) == engine.NO_ENGINE
    assert "no Docker engine answers" in capsys.readouterr().err


def test_what_images_there_are_is_said_without_an_engine_and_what_is_no_equivalent_too(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert images(["list"]) == 0
    (line,) = (line for line in capsys.readouterr().out.splitlines() if "toxiproxy:local" in line)
    assert "A STAND-IN, not Toxiproxy" in line
