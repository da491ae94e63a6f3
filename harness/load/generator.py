"""Runs Locust's processes: one, or a coordinator and workers on a free port of loopback; follows what they say and ends them.

They end after their time by themselves, within `bound_s` because they are told to, and with this process, also when it is
killed: the kernel sends them SIGTERM then (prctl PR_SET_PDEATHSIG; only on Linux).
"""

import asyncio
import contextlib
import ctypes
import math
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.load.told import Ended, Progress, understood

QUIT_S = 10.0
"""How long processes may take to end when they are told to."""
IN_FLIGHT_S = 25
"""How long users go on with what they are at when the time is over (s): longer than any answer takes."""
_PR_SET_PDEATHSIG = 1


class GeneratorError(Exception):
    """Locust did not do its work; the message says what its log is."""


@dataclass(frozen=True, kw_only=True)
class Generator:
    """`users` of the class `user` in `locustfile`, for `seconds`, in so many `processes`, whose output goes to `logs`."""

    locustfile: Path
    user: str
    users: int
    seconds: float
    host: str
    processes: int
    environment: Mapping[str, str]
    logs: Path
    bound_s: float

    @staticmethod
    def require(ended: Sequence[Ended], processes: int) -> None:
        """Raises GeneratorError when a process did not tell what it measured."""
        if len(ended) != processes:
            raise GeneratorError(
                f"{len(ended)} of {processes} processes of Locust told what they measured; see logs/load-*.log"
            )

    async def run(self, hear: Callable[[Progress | Ended], None]) -> None:
        """Run them to their end. Raises GeneratorError, OSError."""
        self.logs.mkdir(exist_ok=True)
        async with contextlib.AsyncExitStack() as leaving, asyncio.timeout(self.bound_s):
            started = [await self._started(name, arguments, leaving) for name, arguments in self._commands().items()]
            async with asyncio.TaskGroup() as group:
                for each in started:
                    group.create_task(_followed(each, hear))

    def _commands(self) -> dict[str, Sequence[str]]:
        """Locust's arguments by the name of the process: one that plays alone, or a coordinator and its workers."""
        all_of_them = ("-f", str(self.locustfile), self.user, "--stop-timeout", str(IN_FLIGHT_S), "--loglevel", "WARNING")
        users = ("--users", str(self.users), "--spawn-rate", str(self.users), "--run-time", f"{math.ceil(self.seconds)}s")
        first = (*all_of_them, *users, "--host", self.host, "--headless", "--only-summary", "--exit-code-on-error", "0")
        if self.processes == 1:
            return {"load-1": first}
        host, port = "127.0.0.1", str(_free_port())
        led = ("--master", "--master-bind-host", host, "--master-bind-port", port, "--expect-workers", str(self.processes))
        worker = (*all_of_them, "--worker", "--master-host", host, "--master-port", port)
        return {
            "load-coordinator": (*first, *led, "--expect-workers-max-wait", "30"),
            **{f"load-{number}": worker for number in range(1, self.processes + 1)},
        }

    async def _started(
        self, name: str, arguments: Sequence[str], leaving: contextlib.AsyncExitStack
    ) -> asyncio.subprocess.Process:
        log = leaving.enter_context((self.logs / f"{name}.log").open("wb"))
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "locust",
            *arguments,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
            limit=1 << 24,
            env={**os.environ, **self.environment},
            start_new_session=True,  # a terminal's Ctrl-C is for us: users end what they are at
            preexec_fn=_dies_with_us,
        )
        leaving.push_async_callback(_ended, process)
        return process


async def _followed(process: asyncio.subprocess.Process, hear: Callable[[Progress | Ended], None]) -> None:
    assert process.stdout is not None  # noqa: S101 - a pipe was asked for
    async for text in process.stdout:
        if said := understood(text):
            hear(said)
    if code := await process.wait():
        raise GeneratorError(f"a process of Locust ended with code {code}; see logs/load-*.log")


async def _ended(process: asyncio.subprocess.Process) -> None:
    """End a process, if it has not ended, politely first."""
    for number, patience_s in ((signal.SIGTERM, QUIT_S), (signal.SIGKILL, None)):
        if process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(number)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), patience_s)


def _dies_with_us() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
