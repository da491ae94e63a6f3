"""The command `gauntlet` as a person and a script use it: processes, signals, exit codes, output."""

import json
import os
import re
import signal
import site
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from harness.cli.down import end
from harness.stack.attach import attach
from harness.stack.manifest import read
from harness.stack.marker import Mark, marked
from harness.stack.safe_paths import is_safe
from harness.stack.stack_folder import in_use
from harness.waiting import wait_until
from tests.conformance.toys import SMALL, WHOLE, get

UP = ("up", "--provider", "native", "--topology", str(SMALL))
TIMEOUT_S = 60


def gauntlet(cwd: Path, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S603 - our own CLI
        [sys.executable, "-m", "harness.cli", *arguments],
        cwd=cwd,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )


def up_detached(cwd: Path, *arguments: str) -> dict[str, Any]:
    """Start the small system; what `--json` told."""
    up = gauntlet(cwd, *UP, "--detach", "--json", *arguments)
    assert up.returncode == 0, up.stderr
    told: dict[str, Any] = json.loads(up.stdout)
    return told


@pytest.fixture
def cwd(tmp_path: Path) -> Iterator[Path]:
    """A directory to run it in; whatever is still up afterwards is stopped."""
    yield tmp_path
    for folder in (tmp_path / ".gauntlet" / "stacks").glob("*"):
        assert end(folder, ((signal.SIGTERM, 20.0), (signal.SIGKILL, 20.0)))


def folder_of(cwd: Path, name: str = "default") -> Path:
    return cwd / ".gauntlet" / "stacks" / name


def mark_of(cwd: Path) -> Mark:
    return Mark(read(folder_of(cwd)).stack, folder_of(cwd) / "logs")


@contextmanager
def _foreground(cwd: Path, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """`gauntlet up` in the foreground, once its JSON says that it is ready."""
    process = subprocess.Popen(  # noqa: S603 - our own CLI
        [sys.executable, "-m", "harness.cli", *UP, "--json", *arguments],
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert any(line.rstrip() == "}" for line in process.stdout), process.communicate()
        yield process
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def test_ctrl_c_stops_everything_says_so_and_ends_with_130(cwd: Path) -> None:
    with _foreground(cwd) as process:
        mark = mark_of(cwd)
        assert len(marked(mark)) == 3
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == 130
    assert "Ctrl-C: stopping everything" in said
    assert "stopped, nothing is left running" in said
    assert marked(mark) == []


def test_progress_is_told_line_by_line_where_there_is_no_terminal(cwd: Path) -> None:
    up = gauntlet(cwd, *UP, "--detach")
    assert up.returncode == 0, up.stderr
    for name in ("locks", "back-1", "front-1"):
        assert re.search(rf"^{name} ready after \d+\.\d s$", up.stderr, re.MULTILINE)
    assert read(folder_of(cwd)).entry in up.stdout


@pytest.mark.parametrize("detach", [(), ("--detach",)], ids=["foreground", "detached"])
def test_ctrl_c_during_the_start_leaves_nothing(cwd: Path, detach: tuple[str, ...]) -> None:
    process = subprocess.Popen(  # noqa: S603 - our own CLI
        [sys.executable, "-m", "harness.cli", *UP, "--set", "front.TOY_SLOW=1", *detach],
        cwd=cwd,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert any("back-1 ready" in line for line in process.stderr)
    mark = mark_of(cwd)
    assert marked(mark)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == 130
    assert "Ctrl-C: stopping everything" in said
    assert "stopped, nothing is left running" in said
    assert marked(mark) == []
    assert not in_use(folder_of(cwd))


def test_detached_it_can_be_looked_at_from_everywhere_and_taken_down(cwd: Path) -> None:
    told = up_detached(cwd, "--instances", "back=2", "--set", "back.EXTRA=a=b")
    assert [member["name"] for member in told["members"]] == ["locks", "back-1", "back-2", "front-1"]

    stack = attach(folder_of(cwd))
    mark = mark_of(cwd)
    assert told["base_url"] == stack.base_url
    assert get(stack.address("back-1"))["EXTRA"] == "a=b"

    status = gauntlet(cwd, "status")
    assert status.returncode == 0
    assert "stack default: ready" in status.stdout
    assert stack.base_url in status.stdout
    assert json.loads(gauntlet(cwd, "status", "--json").stdout) == told

    assert gauntlet(cwd, "logs", "back-2", "--lines", "1").stdout.count("\n") == 1
    both = gauntlet(cwd, "logs", "back").stdout
    assert "back-1 | toy: back-1 serves" in both
    assert "back-2 | toy: back-2 serves" in both
    unknown = gauntlet(cwd, "logs", "nix")
    assert unknown.returncode == 2
    assert "no log of nix" in unknown.stderr
    assert "back-1, back-2, front-1, locks" in unknown.stderr

    down = gauntlet(cwd, "down")
    assert down.returncode == 0
    assert "stack default is stopped" in down.stderr
    assert marked(mark) == []
    assert not in_use(folder_of(cwd))
    assert "toy: back-1 serves" in gauntlet(cwd, "logs", "back-1").stdout, "logs outlive their stack"


def test_a_dead_member_is_reported(cwd: Path) -> None:
    with _foreground(cwd) as process:
        attach(folder_of(cwd)).kill("back-1")
        assert process.stderr is not None
        assert any("back-1 has ended; `gauntlet logs back-1`" in line for line in process.stderr)
        assert "not running" in gauntlet(cwd, "status").stdout
        assert gauntlet(cwd, "down").returncode == 0
        process.communicate(timeout=TIMEOUT_S)
        assert process.returncode == 0, "being taken down is not a failure"


def test_following_a_log_ends_with_the_stack(cwd: Path) -> None:
    up_detached(cwd)
    follower = subprocess.Popen(
        [sys.executable, "-m", "harness.cli", "logs", "back", "--follow"],
        cwd=cwd,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert follower.stdout is not None
    assert "toy: back-1 serves" in follower.stdout.readline()
    get(attach(folder_of(cwd)).address("back-1"), "/followed")
    assert any("GET /followed" in line for line in follower.stdout)
    assert gauntlet(cwd, "down").returncode == 0
    follower.communicate(timeout=TIMEOUT_S)
    assert follower.returncode == 0


def test_a_second_up_of_that_name_is_refused_and_another_name_is_not(cwd: Path) -> None:
    with _foreground(cwd):
        again = gauntlet(cwd, *UP)
        assert again.returncode == 4
        assert "a stack is already running in" in again.stderr
        assert "gauntlet down --name default" in again.stderr
        assert up_detached(cwd, "--name", "other")["name"] == "other"
        assert gauntlet(cwd, "down", "--name", "other").returncode == 0
        assert gauntlet(cwd, "status").returncode == 0


def test_a_second_detached_up_of_that_name_touches_nothing_of_the_first(cwd: Path) -> None:
    up_detached(cwd)
    folder = folder_of(cwd)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert before[folder / "owner.log"], "an owner's log that is empty would prove nothing"
    again = gauntlet(cwd, *UP, "--detach")
    assert again.returncode == 4
    assert "a stack is already running in" in again.stderr
    after = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert after.keys() == before.keys()
    assert all(after[path].startswith(content) for path, content in before.items()), "a log may grow, nothing may shrink"
    assert gauntlet(cwd, "logs", "owner").stdout.encode() == before[folder / "owner.log"]
    assert gauntlet(cwd, "status").returncode == 0


def test_the_log_of_an_earlier_owner_is_not_taken_for_this_ones(cwd: Path) -> None:
    up_detached(cwd)
    assert gauntlet(cwd, "down").returncode == 0
    assert gauntlet(cwd, "logs", "owner").returncode == 0, "it outlives its stack"
    with _foreground(cwd):
        assert gauntlet(cwd, "logs", "owner").returncode == 2


def test_a_working_folder_may_have_any_name(cwd: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Every kind of server, in a folder that a shell takes apart, with a home that it takes apart too."""
    strange = cwd / 'it\'s a "place" of $HOME; ümlaut'
    (strange / "home").mkdir(parents=True)
    environment = {"HOME": str(strange / "home"), "XDG_CACHE_HOME": ""}
    up = gauntlet(strange, "up", "--provider", "native", "--topology", str(WHOLE), "--detach", **environment)
    try:
        assert up.returncode == 0, up.stderr
        data = (folder_of(strange) / "data").resolve()
        assert is_safe(data)
        assert any(data.iterdir())
        assert gauntlet(strange, "logs", "rabbitmq").stdout
    finally:
        assert gauntlet(strange, "down").returncode == 0
    assert not data.exists()
    assert not (folder_of(strange) / "data").is_symlink()


ROOT = Path(__file__).resolve().parents[2]
NOBODY = 65534


def test_an_ordinary_user_can_start_every_kind_of_server(cwd: Path) -> None:
    """Where the tests run as root, as somebody who is not, with a Python that this user may run."""
    root = os.geteuid() == 0
    user = NOBODY if root else os.geteuid()
    become: dict[str, Any] = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if root else {}
    interpreters = (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}")

    def run(*command: str) -> "subprocess.CompletedProcess[str]":
        with tempfile.TemporaryDirectory(dir="/tmp") as home:
            os.chown(home, user, -1)
            packages = [*site.getsitepackages(), str(ROOT), str(ROOT / "proto" / "gen")]
            environment = {"PATH": os.environ["PATH"], "HOME": home, "PYTHONPATH": os.pathsep.join(packages)}
            up: subprocess.CompletedProcess[str] = subprocess.run(  # noqa: S603 - our own CLI
                command, cwd=home, env=environment, capture_output=True, text=True, timeout=120, check=False, **become
            )
            if "up" in command:
                subprocess.run(  # noqa: S603 - the same
                    [*command[:3], "down"], cwd=home, env=environment, check=True, timeout=TIMEOUT_S, **become
                )
            return up

    def may_run(interpreter: str) -> bool:
        try:
            return run(interpreter, "-c", "import grpc").returncode == 0
        except OSError:
            return False

    python = next(filter(may_run, interpreters), None)
    if python is None:
        pytest.skip(f"no Python here that user {user} may run: {', '.join(interpreters)}")
    up = run(python, "-P", str(ROOT / "gauntlet.py"), "up", "--detach", "--provider", "native", "--topology", str(WHOLE))
    assert up.returncode == 0, up.stderr
    assert "rabbitmq ready" in up.stderr


DEAD = "http://127.0.0.1:1"  # nobody listens on it
PROXIES = dict.fromkeys(("http_proxy", "https_proxy", "all_proxy", "grpc_proxy", "HTTP_PROXY", "ALL_PROXY"), DEAD)


def test_the_proxies_of_whoever_starts_it_have_no_say(cwd: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    for variable, value in PROXIES.items():
        monkeypatch.setenv(variable, value)
    up_detached(cwd, "--proxied")
    stack = attach(folder_of(cwd))
    seen = get(stack.address("front-1"))
    assert not {name for name in seen if name.lower() in PROXIES}, "members are not told of them"
    assert httpx.get(stack.base_url, trust_env=False).status_code == 200
    assert gauntlet(cwd, "status").returncode == 0
    assert gauntlet(cwd, "down").returncode == 0


def test_a_port_in_use_is_named(cwd: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        up = gauntlet(cwd, *UP, "--port", str(port))
    assert up.returncode == 4
    assert f"error: port {port} on 127.0.0.1 is in use" in up.stderr
    assert not in_use(folder_of(cwd))


@pytest.mark.parametrize("detach", [(), ("--detach",)], ids=["foreground", "detached"])
def test_a_failed_start_says_why_and_leaves_nothing(cwd: Path, detach: tuple[str, ...]) -> None:
    up = gauntlet(cwd, *UP, "--set", "back.TOY_EXIT=3", *detach)
    assert up.returncode == 4
    assert "back-1 ended with code 3" in up.stderr
    assert "this is why I cannot start" in up.stderr
    assert "Traceback" not in up.stderr
    assert not in_use(folder_of(cwd))


def test_wrong_usage_ends_with_2_also_when_detached(cwd: Path) -> None:
    up = gauntlet(cwd, *UP, "--instances", "nix=2", "--detach")
    assert up.returncode == 2
    assert up.stderr == "error: instances of nix: no such service; there are back, front\n"


def test_without_a_stack_down_is_content_and_status_is_not(cwd: Path) -> None:
    down = gauntlet(cwd, "down")
    assert (down.returncode, down.stderr) == (0, "no stack default is running\n")
    status = gauntlet(cwd, "status")
    assert (status.returncode, status.stderr) == (1, "no stack default is running\n")
    assert json.loads(gauntlet(cwd, "status", "--json").stdout) == {"name": "default", "state": "absent"}


def test_a_stack_ends_with_the_process_it_was_started_for(cwd: Path) -> None:
    with subprocess.Popen(["/bin/sleep", "300"]) as friend:
        up_detached(cwd, "--owner-pid", str(friend.pid))
        mark = mark_of(cwd)
        friend.kill()
    wait_until(lambda: not in_use(folder_of(cwd)), what="stack gone", timeout_s=15)
    assert marked(mark) == []


def test_what_a_killed_owner_leaves_is_no_stack_and_no_obstacle(cwd: Path) -> None:
    told = up_detached(cwd)
    mark = mark_of(cwd)
    os.kill(told["owner_pid"], signal.SIGKILL)
    wait_until(lambda: not in_use(folder_of(cwd)), what="guard done", timeout_s=15)
    assert marked(mark) == []
    assert gauntlet(cwd, "status").returncode == 1
    assert up_detached(cwd)["owner_pid"] != told["owner_pid"]


def test_a_hanging_owner_is_taken_down_with_force(cwd: Path) -> None:
    told = up_detached(cwd)
    mark = mark_of(cwd)
    os.kill(told["owner_pid"], signal.SIGSTOP)
    assert not end(folder_of(cwd), ((signal.SIGTERM, 0.2),))
    assert end(folder_of(cwd), ((signal.SIGTERM, 0.2), (signal.SIGKILL, 15.0)))
    assert marked(mark) == []
