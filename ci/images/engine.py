"""Installs and starts a Docker engine: `python -m ci.images.engine start`, `stop [--force]`, `status`.

`start` uses the engine that answers; where none does it installs Debian's as root and starts it by hand, with its images
under /var/lib/gauntlet-engine, and installs docker compose. `stop` ends only an engine that `start` started. Exit code 0:
done. 69 (NO_ENGINE): there is no engine and none can be had, with the reason: whoever needs one must say so, not pass over it.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil

from ci.images import compose, machine
from ci.images.docker import CommandFailedError, run
from harness.waiting import NotYet, WaitTimeout, wait_until

NO_ENGINE = os.EX_UNAVAILABLE
"""Exit code 69, of sysexits.h: none of those that `gauntlet` or pytest end with (harness.exit_codes)."""

DATA = Path("/var/lib/gauntlet-engine")
PID_FILE = Path("/run/gauntlet-engine.pid")
LOG = Path("/var/log/gauntlet-engine.log")
START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 60.0
STORAGE_DRIVERS = ((), ("--storage-driver=vfs",))
"""Storage drivers to try: the engine's default, then vfs, which works on any file system with full copies."""

Say = Callable[[str], None]


class EngineUnavailableError(Exception):
    """There is no engine and none can be started; the message is the reason."""


def answers() -> str:
    """The version of the engine that answers the docker command; "" for none."""
    try:
        return run(["docker", "version", "--format", "{{.Server.Version}}"], timeout_s=20).splitlines()[-1].strip()
    except CommandFailedError:
        return ""


def require() -> str:
    """The version of the engine that answers. Raises EngineUnavailableError."""
    if version := answers():
        return version
    raise EngineUnavailableError("no Docker engine answers: start one, e.g. with `python -m ci.images.engine start`")


def start(say: Say) -> bool:
    """See the module; returns whether an engine was started. Raises EngineUnavailableError."""
    if version := answers():
        say(f"a Docker engine answers ({version})")
        _ensure_compose(say)
        return False
    if named := os.environ.get("DOCKER_HOST"):
        raise EngineUnavailableError(f"the engine that DOCKER_HOST names ({named}) does not answer")
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise EngineUnavailableError("no Docker engine answers, and one is installed by root on Debian only")
    try:
        if shutil.which("dockerd") is None:
            say("installing docker.io with apt")
            install(["docker.io"])
        _boot(say)
    except (CommandFailedError, WaitTimeout) as error:
        raise EngineUnavailableError(f"no Docker engine can be had here: {error}") from error
    say(f"started a Docker engine ({answers()}); `python -m ci.images.engine stop` ends it, its log is {LOG}")
    _ensure_compose(say)
    return True


def install(packages: Sequence[str]) -> None:
    """Install packages with apt, as root. Raises CommandFailedError."""
    run(["apt-get", "update", "-qq"], timeout_s=300)
    command = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    run(command, timeout_s=900)


def _ensure_compose(say: Say) -> None:
    try:
        say(f"docker compose: {compose.ensure(say)}")
    except (CommandFailedError, machine.UnsuitableMachineError, OSError) as error:
        raise EngineUnavailableError(f"there is no docker compose, and none can be had: {error}") from error


def _boot(say: Say) -> None:
    """Start the engine. Raises WaitTimeout or CommandFailedError when no storage driver works."""
    failure: Exception | None = None
    for driver in STORAGE_DRIVERS:
        try:
            return _boot_with(driver)
        except (WaitTimeout, CommandFailedError) as error:
            failure = error
            say(f"the engine did not start {' '.join(driver) or 'with the storage driver of its choice'}")
    raise failure or AssertionError("there are storage drivers")


def _boot_with(driver: Sequence[str]) -> None:
    command = ["dockerd", f"--data-root={DATA}", f"--pidfile={PID_FILE}", *driver]
    with LOG.open("wb") as log:
        engine = subprocess.Popen(  # noqa: S603 - fixed command
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )

    def ready() -> str:
        if engine.poll() is not None:
            tail = "\n".join(LOG.read_text(errors="replace").splitlines()[-10:])
            raise CommandFailedError(f"dockerd ended with code {engine.returncode}:\n{tail}")
        if version := answers():
            return version
        raise NotYet("it does not answer")

    try:
        wait_until(ready, what="the Docker engine", timeout_s=START_TIMEOUT_S, poll_s=0.2)
    except BaseException:
        if engine.poll() is None:
            engine.terminate()
            engine.wait(STOP_TIMEOUT_S)
        raise


def ours() -> psutil.Process | None:
    """The engine that `start` started, None when it does not run."""
    try:
        process = psutil.Process(int(PID_FILE.read_text()))
        return process if process.name() == "dockerd" and f"--data-root={DATA}" in process.cmdline() else None
    except (OSError, ValueError, psutil.NoSuchProcess):
        return None


def stop(say: Say, *, force: bool = False) -> None:
    """End the engine that `start` started; images stay. Raises EngineUnavailableError while containers run, unless forced."""
    engine = ours()
    if engine is None:
        say("no engine of ours is running")
        return
    running = run(["docker", "ps", "--format", "{{.Names}}"], timeout_s=30).split()
    if running and not force:
        raise EngineUnavailableError(f"containers are running, so the engine stays (--force ends them): {', '.join(running)}")
    engine.send_signal(signal.SIGTERM)
    engine.wait(STOP_TIMEOUT_S)
    say(f"the engine has stopped; images stay in {DATA}")


def main(arguments: list[str]) -> int:
    """Run the command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m ci.images.engine", description=__doc__)
    parser.add_argument("action", choices=("start", "stop", "status"))
    parser.add_argument("--force", action="store_true", help="stop also while containers run")
    chosen = parser.parse_args(arguments)

    def say(text: str) -> None:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()

    try:
        if chosen.action == "start":
            start(say)
        elif chosen.action == "stop":
            stop(say, force=chosen.force)
        else:
            say(f"a Docker engine answers ({require()}){', ours' if ours() else ''}")
    except EngineUnavailableError as error:
        sys.stderr.write(f"NO DOCKER ENGINE: {error}\n" if chosen.action != "stop" else f"{error}\n")
        return NO_ENGINE
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
