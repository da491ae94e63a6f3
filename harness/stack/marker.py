"""Find every process of a stack, whoever its parent is by now and whatever session it moved to.

All processes of a stack inherit GAUNTLET_STACK=<id>, and those of one member GAUNTLET_INSTANCE=<name> besides; the kernel
shows the environment a process was started with in /proc, so that daemons which detach (epmd) are found as well.
Standard library only: the guard process runs this without the project's dependencies.
"""

import os
import signal
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

STACK = "GAUNTLET_STACK"
INSTANCE = "GAUNTLET_INSTANCE"

_PROC = Path("/proc")


def marks(stack: str, instance: str | None = None) -> dict[str, str]:
    """The variables that mark a process of `stack` (and of one of its members)."""
    return {STACK: stack} | ({INSTANCE: instance} if instance is not None else {})


def marked(wanted: Mapping[str, str], proc: Path = _PROC) -> list[int]:
    """Pids of the living processes (zombies are not) whose environment has all of `wanted`, except this one."""
    entries = {f"{name}={value}".encode() for name, value in wanted.items()}
    return [pid for pid in _pids(proc) if pid != os.getpid() and entries <= _environment(proc, pid)]


def signal_marked(wanted: Mapping[str, str], number: signal.Signals, proc: Path = _PROC) -> list[int]:
    """Send a signal to all of them; returns the pids that were there."""
    pids = marked(wanted, proc)
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
    return pids


def _pids(proc: Path) -> list[int]:
    return [int(entry.name) for entry in proc.iterdir() if entry.name.isdigit()]


def _environment(proc: Path, pid: int) -> frozenset[bytes]:
    try:
        return frozenset((proc / str(pid) / "environ").read_bytes().split(b"\0"))
    except OSError:  # gone meanwhile, or somebody else's
        return frozenset()
