"""The pytest plugin as projects use it: real runs of pytest on a toy system, with and without xdist, ended in every way."""

import json
import os
import shutil
import signal
import subprocess
import sys
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from harness.stack.attach import attach
from harness.stack.stack_folder import in_use
from harness.waiting import wait_until
from tests.conformance.nested import ALONE_ID, NATIVE, TIMEOUT_S, TWO, TWO_ID, Project, Seen, workers
from tests.conformance.toys import SMALL

TOGETHER = """
    import pytest
    from pathlib import Path
    from harness.waiting import wait_until

    @pytest.mark.parametrize("n", ["1", "2"])
    def test_it(seen, n):
        wait_until(lambda: len(list(Path().glob("*.seen"))) == 2, what="both workers here", timeout_s=30)
"""
PASSING = "def test_it(seen): ..."
FOREVER = """
    import threading

    def test_it(seen):
        threading.Event().wait()
"""


def once_seen(project: Project) -> Seen:
    """The stack of test_it, once that runs."""
    return wait_until(lambda: project.seen().get("test_it"), what="the test runs", timeout_s=TIMEOUT_S)


def kept(said: str) -> Path:
    """The folder of logs that a run says it has kept."""
    (line,) = (line for line in said.splitlines() if line.startswith("gauntlet: the stack's logs are kept in "))
    return Path(line.removeprefix("gauntlet: the stack's logs are kept in "))


def test_workers_share_one_stack_and_of_a_green_run_nothing_stays(project: Callable[..., Project]) -> None:
    toy = project(TOGETHER)
    run = toy.pytest(*NATIVE, *TWO, "--junitxml", "junit.xml")
    assert run.returncode == 0, run.stdout
    assert "gauntlet: provider native, own stack when a test asks for it, topology " in run.stdout
    one, two = toy.seen().values()
    assert one == two
    assert one.gone
    assert not one.run.exists()
    told = [
        {each.attrib["name"]: each.attrib["value"] for each in case.iter("property")}
        for case in ET.parse(toy.folder / "junit.xml").iter("testcase")  # noqa: S314 - pytest wrote it
    ]
    assert told == [{"provider": "native", "stack": str(one.folder)}] * 2


def test_the_door_and_the_shops_typed_client_are_there_without_a_conftest(project: Callable[..., Project]) -> None:
    toy = project(
        """
        import pytest
        from chaos.client import Shop

        pytestmark = pytest.mark.asyncio(loop_scope="session")

        @pytest.mark.parametrize("again", [False, True])
        async def test_door(gateway, stack, again):
            assert str(gateway.base_url) == stack.base_url
            assert (await gateway.get("/health")).text == "ok"

        async def test_typed(shop):
            assert isinstance(shop, Shop)
        """,
        addopts="",
    )
    (toy.folder / "conftest.py").unlink()
    run = toy.pytest(*NATIVE)
    assert "3 passed" in run.stdout, run.stdout


def test_a_failed_test_shows_what_complained_meanwhile_and_the_logs_are_kept(project: Callable[..., Project]) -> None:
    toy = project(
        """
        import pytest

        def test_passes(complain):
            complain("front-1")

        def test_fails(seen, complain, tmp_path):
            complain("back-1")
            assert False

        @pytest.fixture
        def broken(complain):
            complain("front-1")
            raise RuntimeError

        def test_cannot_begin(broken):
            pass

        def test_fails_quietly(stack):
            assert False

        def test_fails_without_a_stack():
            assert False
        """
    )
    run = toy.pytest(*NATIVE)
    assert run.returncode == 1
    text = run.stdout
    error = text[text.index("ERROR at setup of test_cannot_begin") : text.index(" test_fails ")]
    fails = text[text.index(" test_fails ") : text.index(" test_fails_quietly ")]
    quietly = text[text.index(" test_fails_quietly ") : text.index(" test_fails_without_a_stack ")]
    without = text[text.index(" test_fails_without_a_stack ") : text.index("short test summary")]
    stack = toy.seen()["test_fails"]
    assert "gauntlet: log of back-1 since the test began" in fails
    assert "toy: this is what I complain about" in fails
    assert f"stack: {stack.folder}" in fails
    assert "test: " in fails
    assert "log of front-1" not in fails, "it complained before this test"
    assert "gauntlet: log of front-1 since the test began" in error
    assert "log of back-1" not in error
    assert f"stack: {stack.folder}" in quietly
    assert "log of" not in quietly
    assert "gauntlet" not in without
    assert stack.gone
    assert kept(text) == stack.folder / "logs"
    assert "this is what I complain about" in (kept(text) / "back-1.log").read_text()


def test_a_stack_of_the_projects_own_is_watched_too(project: Callable[..., Project]) -> None:
    toy = project(
        """
        def test_it(complain):
            complain("back-1")
            assert False
        """,
        conftest=f"""
        from harness.stack.providers import choose
        from harness.stack.stack import Stack
        from harness.stack.topology import Topology

        @pytest.fixture(scope="module")
        def stack(tmp_path_factory):
            folder = tmp_path_factory.mktemp("own")
            with Stack(Topology.load(Path({str(SMALL)!r})), choose("native").provider, folder=folder) as started:
                yield started
        """,
    )
    run = toy.pytest("--basetemp", str(toy.folder / "temp"))
    assert run.returncode == 1
    assert "gauntlet: log of back-1 since the test began" in run.stdout
    assert f"stack: {toy.folder / 'temp' / 'own0'}" in run.stdout
    assert "logs are kept" not in run.stdout, "nobody asked for the stack of the run"


def test_members_of_an_own_stack_can_be_killed_and_each_test_finds_it_as_new(project: Callable[..., Project]) -> None:
    toy = project(
        """
        import json
        import pytest
        import redis
        from pathlib import Path
        import urllib.request

        @pytest.mark.parametrize("n", range(3))
        def test_it(own_stack, n):
            Path(f"own-{n}").write_text(json.dumps([own_stack.mark.stack, str(own_stack.folder)]))
            with redis.Redis.from_url(own_stack.redis_url("locks")) as locks:
                assert locks.dbsize() == 0
                locks.set("key", n)
            assert own_stack.instance("back-1").alive
            own_stack.cut("front-1->back-1")
            own_stack.kill("back-1")
            if n == 1:
                own_stack.restart("back-1")

        def test_fails(own_stack):
            urllib.request.urlopen(f"http://{own_stack.address('back-1')}/complain").read()
            assert False
        """
    )
    run = toy.pytest(*NATIVE)
    assert "1 failed, 3 passed" in run.stdout, run.stdout
    assert "gauntlet: log of back-1 since the test began" in run.stdout
    stacks = {path.read_text() for path in toy.folder.glob("own-?")}
    assert len(stacks) == 1, "one stack serves them all"
    stack, folder = json.loads(stacks.pop())
    assert Seen(Path(folder), stack).gone


def test_a_failed_test_in_a_worker_shows_it_too(project: Callable[..., Project]) -> None:
    toy = project("def test_it(seen, complain):\n        complain('back-1')\n        assert False")
    run = toy.pytest(*NATIVE, *TWO)
    assert run.returncode == 1
    assert "gauntlet: log of back-1 since the test began" in run.stdout
    assert kept(run.stdout) == toy.seen()["test_it"].folder / "logs"


@workers(ALONE_ID)
def test_a_stack_that_cannot_start_says_why_to_every_test(project: Callable[..., Project], workers: tuple[str, ...]) -> None:
    toy = project("def test_one(stack): ...\ndef test_two(stack): ...", settings="back.TOY_EXIT=3")
    run = toy.pytest(*NATIVE, *workers)
    assert run.returncode == 1
    assert "2 errors" in run.stdout
    errors = run.stdout.split("_ ERROR at setup of ")[1:]
    assert sorted(error.split()[0] for error in errors) == ["test_one", "test_two"]
    assert all("toy: this is why I cannot start" in error for error in errors)
    assert "Traceback" not in run.stdout
    logs = kept(run.stdout)
    assert not in_use(logs.parent)
    shutil.rmtree(logs.parents[3])


@workers(TWO_ID)
def test_ctrl_c_stops_the_stack(project: Callable[..., Project], workers: tuple[str, ...]) -> None:
    toy = project(FOREVER)
    with toy.running(*NATIVE, *workers) as process:
        stack = once_seen(toy)
        os.killpg(process.pid, signal.SIGINT)
        said, _ = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == pytest.ExitCode.INTERRUPTED, said
    assert stack.gone
    assert kept(said) == stack.folder / "logs"


@pytest.mark.parametrize("whole_group", [True, False], ids=["Ctrl-C", "kill -INT of the first process"])
@workers(ALONE_ID)
def test_an_interrupt_during_the_start_leaves_nothing(
    project: Callable[..., Project], workers: tuple[str, ...], *, whole_group: bool
) -> None:
    ours = f"run{uuid.uuid4().hex}"
    toy = project(PASSING, settings=f"front.TOY_SLOW={ours}")
    with toy.running(*NATIVE, *workers) as process:
        wait_until(lambda: slow_toys(ours), what="a toy that is never ready started", timeout_s=TIMEOUT_S)
        (os.killpg if whole_group else os.kill)(process.pid, signal.SIGINT)
        said, _ = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == pytest.ExitCode.INTERRUPTED, said
    assert not slow_toys(ours)
    logs = kept(said)
    assert not in_use(logs.parent)
    shutil.rmtree(logs.parents[3])


def test_an_error_inside_pytest_stops_the_stack(project: Callable[..., Project]) -> None:
    toy = project(
        PASSING,
        conftest="""
        def pytest_runtest_logreport(report):
            if report.when == "call":
                raise RuntimeError("inside pytest")
        """,
    )
    run = toy.pytest(*NATIVE)
    assert run.returncode == pytest.ExitCode.INTERNAL_ERROR, run.stdout
    stack = toy.seen()["test_it"]
    assert stack.gone
    assert kept(run.stdout) == stack.folder / "logs"


@workers(TWO_ID)
def test_kill_9_of_the_first_process_leaves_nothing(project: Callable[..., Project], workers: tuple[str, ...]) -> None:
    toy = project(FOREVER)
    with toy.running(*NATIVE, *workers, temporary=toy.folder / "tmp") as process:
        stack = once_seen(toy)
        assert stack.processes
        assert stack.run.parent == toy.folder / "tmp"
        family = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        process.wait()
        wait_until(lambda: stack.gone, what="the stack gone", timeout_s=20)
        wait_until(lambda: not any(each.is_running() for each in family), what="workers gone", timeout_s=20)
        wait_until(lambda: not stack.run.exists(), what="its temporary folder gone", timeout_s=20)
    assert left_in(toy.folder / "tmp") == []


def test_kill_9_of_the_first_process_and_of_the_owner_of_the_stack_leaves_nothing(project: Callable[..., Project]) -> None:
    toy = project(FOREVER)
    with toy.running(*NATIVE, temporary=toy.folder / "tmp") as process:
        stack = once_seen(toy)
        owner = attach(stack.folder).manifest.owner.pid
        process.kill()
        os.kill(owner, signal.SIGKILL)
        process.wait()
        wait_until(lambda: not stack.run.exists(), what="its temporary folder gone", timeout_s=20)
        assert stack.gone
    assert left_in(toy.folder / "tmp") == []


def test_kill_9_of_the_first_process_during_the_start_leaves_nothing(project: Callable[..., Project]) -> None:
    ours = f"run{uuid.uuid4().hex}"
    toy = project(PASSING, settings=f"front.TOY_SLOW={ours}")
    temporary = toy.folder / "tmp"
    with toy.running(*NATIVE, temporary=temporary) as process:
        wait_until(lambda: slow_toys(ours), what="a toy that is never ready started", timeout_s=TIMEOUT_S)
        assert left_in(temporary)
        process.kill()
        process.wait()
        wait_until(lambda: not left_in(temporary) and not slow_toys(ours), what="everything gone", timeout_s=20)


@workers(TWO_ID)
def test_a_stack_that_runs_is_attached_to_and_left_alone(project: Callable[..., Project], workers: tuple[str, ...]) -> None:
    toy = project(TOGETHER if workers else PASSING)
    gauntlet(toy, "up", "--detach", "--name", "mine", "--provider", "native", "--topology", str(SMALL))
    try:
        folder = toy.folder / ".gauntlet" / "stacks" / "mine"
        run = toy.pytest("--stack-reuse", "mine", *workers)
        assert run.returncode == 0, run.stdout
        assert f"gauntlet: provider native, stack mine reused ({folder}), topology {SMALL}" in run.stdout
        assert {seen.folder for seen in toy.seen().values()} == {folder}
        assert in_use(folder)
        wrong = toy.pytest("--stack-reuse", "mine", "--provider", "docker")
        assert wrong.returncode == pytest.ExitCode.USAGE_ERROR
        assert "--provider docker: stack mine has provider native" in wrong.stdout
    finally:
        gauntlet(toy, "down", "--name", "mine")


def left_in(temporary: Path) -> list[str]:
    """What runs have left among the temporary files.

    Locks of ports are one file a port, for all runs there ever are; xdist's workers have folders that pytest removes later.
    """
    return [path.name for path in temporary.iterdir() if not path.name.startswith(("gauntlet-ports-", "pytest-of-"))]


def gauntlet(project: Project, *arguments: str) -> None:
    """Our own CLI in the folder of a project."""
    command = [sys.executable, "-m", "harness.cli", *arguments]
    done = subprocess.run(command, cwd=project.folder, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)  # noqa: S603 - our own CLI
    assert done.returncode == 0, done.stderr


def slow_toys(value: str) -> list[int]:
    """Pids of the toys that were told to be that slow."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get("TOY_SLOW") == value:
                found.append(process.pid)
    return found
