"""A proxy server as a child process: started, ready, stopped.

It ends at the end of its standard input, which the kernel closes when this process ends.
"""

import selectors
import signal
import subprocess
from types import TracebackType
from typing import IO

from harness.own_process import module
from harness.seed import Seed

_START_S = 20.0
_STOP_S = 10.0


class ProxyNotStarted(Exception):
    """It did not get ready; the message says what it printed."""


class ProxyProcess:
    """`with ProxyProcess(seed) as process:` has a control API at `process.url` on a free loopback port.

    Raises ProxyNotStarted.
    """

    def __init__(self, seed: Seed) -> None:
        self.seed = seed
        self.url = ""

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    def start(self) -> None:
        """Start and wait until it is ready."""
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            module("harness.proxy", "--port", "0", "--seed", str(self.seed), "--until-eof"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            self.url = _url(self._process.stdout)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> int:
        """Stop it with SIGTERM, then SIGKILL; returns its exit code."""
        process = self._process
        process.send_signal(signal.SIGTERM)
        try:
            code = process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
        return code

    def __enter__(self) -> "ProxyProcess":
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()


def _url(pipe: IO[str] | None) -> str:
    with selectors.DefaultSelector() as selector:
        if pipe is None or selector.register(pipe, selectors.EVENT_READ) is None or not selector.select(_START_S):
            raise ProxyNotStarted(f"the proxy said nothing for {_START_S:g} s")
        line = pipe.readline()
    match line.split():
        case ["ready", url, *_]:
            return url
    raise ProxyNotStarted(f"the proxy ended; it said {line!r}")
