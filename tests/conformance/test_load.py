"""Locust's real processes against a real server: all that was sent is on record, late ones prove nothing, none is left."""

import asyncio
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil
import pytest

from harness.experiment import Context, Minimum, RunFolder, judge_folder, run
from harness.history import Ending, History
from harness.load.arrivals import Arrivals, Spacing
from harness.load.events import GENERATOR, LATENCIES, PROGRESS
from harness.load.profile import LoadProfile
from harness.seed import Seed
from harness.verdict import Finding, Guarantee, Outcome, RunVerdict
from harness.waiting import wait_until
from tests.unit.harness.experiment.fake_shop import FakeShop, FakeSystem

VISITORS = Path(__file__).parent / "load" / "visitors.py"


def _looks(history: History) -> Finding:
    return Finding(judged=len(history.named("look")))


LOOKS = Guarantee("looks", "Somebody looked.", _looks)


class Server(ThreadingHTTPServer):
    """Counts what it is asked for; answers 500 for /things/3."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        body = b'{"id": "x"}'
        self.send_response(500 if self.path == "/things/3" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()


def profile(server: Server, user: str, *, users: int = 6, arrivals: Arrivals | None = None) -> LoadProfile[FakeShop]:
    async def world(_subject: FakeShop, _context: Context, users: int) -> Mapping[str, object]:
        return {"host": server.url, "customers": [{"name": f"customer-{number}"} for number in range(users)]}

    return LoadProfile(
        name="looking",
        about="Some look.",
        system=FakeSystem(FakeShop()),
        world=world,  # type: ignore[arg-type]  # rows of text are JSON
        locustfile=VISITORS,
        user=user,
        users=users,
        seconds=2.0,
        arrivals=arrivals,
        guarantees=("looks",),
        minimums=(Minimum(operation="look", count=10, endings=frozenset(Ending)),),
    )


async def ran(given: LoadProfile[FakeShop], folder: RunFolder, processes: int) -> RunVerdict:
    return await run(given.experiment(processes=processes), Seed(3), folder, {"looks": LOOKS}, conclude=lambda _judged: None)


def locusts(mark: str) -> list[psutil.Process]:
    """Processes of Locust that were told of a run."""
    found = []
    for each in psutil.process_iter():
        try:
            if "locust" in each.cmdline() and mark in " ".join(each.environ().values()) + " ".join(each.cmdline()):
                found.append(each)
        except psutil.Error:
            continue
    return found


@pytest.mark.parametrize("processes", [2, pytest.param(1, marks=pytest.mark.nightly)])
async def test_every_request_is_an_operation_of_the_history(server: Server, tmp_path: Path, processes: int) -> None:
    folder = RunFolder.create(tmp_path, "load", 3)
    verdict = await ran(profile(server, "Closed"), folder, processes)
    assert verdict.outcome is Outcome.PASS, verdict
    history = judge_folder(folder, {"looks": LOOKS}).history
    looks = history.named("look")
    assert len(looks) == len(server.asked) >= 60
    assert {each.process for each in looks} == {f"customer-{number}" for number in range(6)}
    assert {each.status for each in looks} == {200, 500}
    assert {each.ending for each in looks if each.status == 500} == {Ending.INFO}
    (measured,) = [event for event in history.events if event.event == LATENCIES]
    assert (measured.subject, measured.detail["count"]) == ("look", len(looks))
    told = [event for event in history.events if event.event == GENERATOR]
    assert sorted(event.subject for event in told) == [f"load-{number}" for number in range(1, processes + 1)]
    assert sum(int(str(event.detail["visits"])) for event in told) == len(looks)
    assert [event for event in history.events if event.event == PROGRESS]


async def test_an_open_load_comes_by_the_clock(server: Server, tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path, "load", 3)
    arrivals = Arrivals(per_second=40, spacing=Spacing.CONSTANT)
    verdict = await ran(profile(server, "Open", arrivals=arrivals), folder, 1)
    assert verdict.outcome is Outcome.PASS, verdict
    assert len(server.asked) == 80


async def test_a_generator_that_is_late_proves_nothing(server: Server, tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path, "load", 3)
    verdict = await ran(profile(server, "Busy", arrivals=Arrivals(per_second=10)), folder, 1)
    assert verdict.outcome is Outcome.VACUOUS, verdict
    assert [each.name for each in verdict.requirements if not each.met] == ["load_on_time was seen"]


async def test_a_locust_file_that_fails_is_no_fault_of_the_system(server: Server, tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path, "load", 3)
    verdict = await ran(profile(server, "Nobody"), folder, 2)
    assert verdict.outcome is Outcome.UNKNOWN
    assert "a process of Locust ended with code" in " ".join(verdict.errors)


async def test_an_interrupted_run_leaves_no_process(server: Server, tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path, "load", 3)
    under_way = asyncio.create_task(ran(profile(server, "Closed"), folder, 2))
    await asyncio.to_thread(wait_until, lambda: len(server.asked) > 5, what="it runs", timeout_s=30)
    under_way.cancel()
    with pytest.raises(asyncio.CancelledError):
        await under_way
    assert locusts(server.url) == []


def test_a_killed_run_leaves_no_process(server: Server, tmp_path: Path) -> None:
    program = f"""
        import asyncio
        from pathlib import Path
        from types import SimpleNamespace
        from harness.load.generator import Generator
        generator = Generator(
            locustfile=Path({str(VISITORS)!r}), user="Closed", users=2, seconds=60, host={server.url!r}, processes=2,
            environment={{}}, logs=Path({str(tmp_path)!r}), bound_s=60,
        )
        asyncio.run(generator.run(print))
    """
    parent = subprocess.Popen([sys.executable, "-c", textwrap.dedent(program)])  # noqa: S603 - ours
    wait_until(lambda: len(server.asked) > 5, what="it runs", timeout_s=30)
    assert locusts(server.url)
    parent.kill()
    parent.wait()
    wait_until(lambda: not locusts(server.url), what="they have ended", timeout_s=20)
