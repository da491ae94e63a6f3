"""Every exit code, at the edge of the command line, and that nothing uncaught looks like a broken promise."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from harness import own_process
from harness.cli import commands
from harness.cli.entry import TRACEBACK, main
from harness.exit_codes import ExitCode
from harness.stack.errors import StackError


def told(code: ExitCode) -> Callable[[], None]:
    def command() -> None:
        raise SystemExit(code)

    return command


def raises(error: BaseException) -> Callable[[], None]:
    def command() -> None:
        raise error

    return command


@pytest.fixture
def gauntlet(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """Run `gauntlet try ...`, a command that does what the test says; its exit code and stderr."""
    monkeypatch.delenv(TRACEBACK, raising=False)

    def run(command: Callable[..., None], *arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys.modules[__name__], "asked_for", command, raising=False)
        monkeypatch.setattr(commands, "COMMANDS", {"try": f"{__name__}:asked_for"})
        monkeypatch.setattr("harness.cli.entry.COMMANDS", {"try": ""})
        with pytest.raises(SystemExit) as ended:
            main(arguments or ("try",))
        code = ended.value.code
        assert isinstance(code, int)
        return code, capsys.readouterr().err

    return run


def test_the_codes_are_api() -> None:
    assert {code.name: code.value for code in ExitCode} == {
        "PASS": 0,
        "FAIL": 1,
        "USAGE": 2,
        "INCONCLUSIVE": 3,
        "TROUBLE": 4,
        "INTERRUPTED": 130,
    }


@pytest.mark.parametrize("code", ExitCode)
def test_what_a_command_ends_with_is_what_the_process_ends_with(
    code: ExitCode, gauntlet: Callable[..., tuple[int, str]]
) -> None:
    assert gauntlet(told(code)) == (code, "")


def test_a_command_that_just_returns_has_passed(gauntlet: Callable[..., tuple[int, str]]) -> None:
    assert gauntlet(lambda: None) == (ExitCode.PASS, "")


def test_an_unknown_command_is_wrong_use(gauntlet: Callable[..., tuple[int, str]]) -> None:
    code, said = gauntlet(lambda: None, "no-such-command")
    assert code == ExitCode.USAGE
    assert "no-such-command" in said


def test_ctrl_c_is_interrupted(gauntlet: Callable[..., tuple[int, str]]) -> None:
    assert gauntlet(raises(KeyboardInterrupt()))[0] == ExitCode.INTERRUPTED


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(28, "No space left on device", "/x"), "No space left on device: '/x'"),
        (ZeroDivisionError("division\nby zero"), "ZeroDivisionError: division by zero: this is a defect of gauntlet"),
        (StackError("the lock\nwas lost"), "the lock was lost"),
    ],
)
def test_whatever_nobody_caught_is_trouble_in_one_line(
    error: Exception, said: str, gauntlet: Callable[..., tuple[int, str]]
) -> None:
    code, text = gauntlet(raises(error))
    assert code == ExitCode.TROUBLE
    assert said in text
    assert "(-v shows the traceback)" in text
    assert text.count("\n") == 1


@pytest.mark.parametrize("arguments", [("-v", "try"), ("try", "--verbose")])
def test_the_traceback_is_shown_when_asked_for(arguments: tuple[str, ...], gauntlet: Callable[..., tuple[int, str]]) -> None:
    code, text = gauntlet(raises(ZeroDivisionError("0")), *arguments)
    assert code == ExitCode.TROUBLE
    assert "Traceback (most recent call last)" in text
    assert "error: ZeroDivisionError: 0" in text


def test_the_environment_can_ask_for_it_too(monkeypatch: pytest.MonkeyPatch, gauntlet: Callable[..., tuple[int, str]]) -> None:
    def command() -> None:
        monkeypatch.undo()
        raise ZeroDivisionError

    monkeypatch.setenv(TRACEBACK, "1")
    os.environ[TRACEBACK] = "1"
    assert "Traceback" in gauntlet(command)[1]


def process(*arguments: str, cwd: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S603 - our own CLI
        [sys.executable, "-m", "harness.cli", *arguments],
        cwd=cwd,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_without_docstrings_it_refuses_at_once(tmp_path: Path) -> None:
    done = process("chaos", "list", cwd=tmp_path, PYTHONOPTIMIZE="2")
    assert (done.returncode, done.stdout) == (ExitCode.USAGE, "")
    assert "run without PYTHONOPTIMIZE=2" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("means", ["PYTHONPATH", "working folder"])
def test_another_package_of_that_name_is_not_taken_for_ours(means: str, tmp_path: Path) -> None:
    (tmp_path / "harness").mkdir()
    (tmp_path / "harness" / "__init__.py").write_text("raise SystemExit('the wrong one')")
    environment = dict(os.environ) | ({"PYTHONPATH": str(tmp_path)} if means == "PYTHONPATH" else {})
    for command in (
        [str(Path(sys.executable).parent / "gauntlet"), "status"],
        own_process.gauntlet("status"),
        own_process.module("harness.cli", "status"),
    ):
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
        assert (done.returncode, done.stderr) == (ExitCode.FAIL, "no stack default is running\n"), command


def test_output_that_nobody_reads_breaks_no_promise(tmp_path: Path) -> None:
    command = f"{sys.executable} -m harness.cli chaos list | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["/bin/bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == ExitCode.TROUBLE
    assert done.stderr == "error: nobody reads standard output any more: the command was broken off\n"


def test_a_folder_that_is_a_file_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".gauntlet").touch()
    (tmp_path / "file").touch()
    cases = {
        ("chaos", "run", "flash_sale", "--out", "file"): (ExitCode.USAGE, "file cannot be a folder"),
        ("chaos", "run", "flash_sale", "--out", "file/runs"): (ExitCode.USAGE, "file/runs cannot be a folder"),
        ("chaos", "run", "flash_sale", "--out", "/proc/runs"): (ExitCode.TROUBLE, "/proc/runs"),
        ("judge", "file"): (ExitCode.USAGE, "file is not a run"),
        ("replay", "file"): (ExitCode.USAGE, "file is not a run"),
        ("status",): (ExitCode.FAIL, "no stack default is running"),
        ("down",): (ExitCode.PASS, "no stack default is running"),
        ("status", "--name", "x" * 300): (ExitCode.USAGE, "at most 64 letters"),
    }
    for arguments, (code, said) in cases.items():
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        told = " ".join(capsys.readouterr().err.split())
        assert (ended.value.code, said in told) == (code, True), (arguments, told)
        assert "Traceback" not in told
