"""Missing server programs: installed on Debian-like machines by root or sudo, otherwise named with the command to install them.

Packages of Debian start their service when installed; a policy that forbids it is in place while we install, so that what
is installed here never runs but as a private process of a stack. Where sudo asks for no password, an ordinary user's
installation is this module again, as root: `python -m harness.stack.native.install PACKAGE…`.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from harness.own_process import module
from harness.stack.errors import ServerMissing
from harness.stack.native.driver import Driver

_POLICY = Path("/usr/sbin/policy-rc.d")
_TIMEOUT_S = 600
_LINES = 15


def missing(drivers: Sequence[Driver]) -> dict[str, str]:
    """Why each of the missing kinds of server is missing, by the Debian package that has it."""
    found: dict[str, str] = {}
    for driver in drivers:
        try:
            driver.find()
        except ServerMissing as error:
            found[driver.package] = str(error)
    return found


def ensure_installed(drivers: Sequence[Driver], say: Callable[[str], None]) -> None:
    """Return when all are there. Raises ServerMissing saying what to install and how."""
    if not missing(drivers):
        return
    with _one_at_a_time():
        lacking = missing(drivers)  # another process may have installed them during the wait
        if not lacking:
            return
        if shutil.which("apt-get") is None or not _may_install():
            raise ServerMissing(advice(lacking))
        say(f"installing {' '.join(sorted(lacking))} with apt-get, because {'; '.join(lacking.values())}")
        _install(sorted(lacking))
        if still := missing(drivers):
            raise ServerMissing(f"apt-get succeeded, but {'; '.join(still.values())}")


def advice(lacking: dict[str, str]) -> str:
    """What the user has to do."""
    return (
        f"{'; '.join(lacking.values())}. Install what is missing, on Debian or Ubuntu with\n"
        f"    sudo apt-get install --no-install-recommends {' '.join(sorted(lacking))}\n"
        "(no need to start the services), then try again."
    )


def _may_install() -> bool:
    if os.geteuid() == 0:
        return True
    sudo = shutil.which("sudo")
    return sudo is not None and subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode == 0  # noqa: S603 - sudo itself


def _install(packages: Sequence[str]) -> None:
    if os.geteuid() != 0:
        _install_with_sudo(packages)
        return
    with _nothing_is_started():
        update = _apt_get("update")  # may fail for one of several sources, and the packages are in another
        install = _apt_get("install", "--no-install-recommends", *packages)
    if install.returncode:
        last = "\n".join((update.stdout + install.stdout).splitlines()[-_LINES:])
        raise ServerMissing(f"apt-get install {' '.join(packages)} ended with code {install.returncode}:\n{last}")


def _install_with_sudo(packages: Sequence[str]) -> None:
    command = ["sudo", "-n", *module("harness.stack.native.install", *packages)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)  # noqa: S603 - ourselves
    if done.returncode:
        raise ServerMissing(done.stderr.strip())


def _apt_get(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S603 - fixed program and packages
        ["apt-get", "-y", "-o", "DPkg::Lock::Timeout=300", *arguments],  # noqa: S607 - wherever PATH has it
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=_TIMEOUT_S,
        check=False,
    )


@contextmanager
def _nothing_is_started() -> Iterator[None]:
    if _POLICY.exists():  # the machine has a policy of its own
        yield
        return
    _POLICY.write_text("#!/bin/sh\nexit 101\n")
    _POLICY.chmod(0o755)
    try:
        yield
    finally:
        _POLICY.unlink(missing_ok=True)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    lock = os.open(Path(tempfile.gettempdir()) / f"gauntlet-install-{os.getuid()}.lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def main() -> int:
    """Install the packages named on the command line, as root; returns the exit code."""
    try:
        _install(sys.argv[1:])
    except ServerMissing as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
