"""A small disk of its own for a server of this machine, so that it can be filled without harm to anything else.

The server is started in a private mount namespace with a tmpfs over its folder. The kernel takes both away with the last
process of the namespace, however that ends, and nobody outside ever sees the mount: nothing can be left behind. So what such a
server stores does not outlive its process: started again, it has what it had at its first start.

Needs Linux and the privilege to mount (root, or CAP_SYS_ADMIN); where that lacks, a server is started on its usual disk.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from harness.stack.errors import StartFailed

DISK_MB = "GAUNTLET_DISK_MB"
"""The variable of a server's environment that asks for a disk of so many MiB."""
SOURCE = "gauntlet-small-disk"
"""What the mount is called in the process's list of mounts."""

# The working directory is the folder below the mount: what the server needs at its start is copied from there. No process is
# forked to stay: the one that was started becomes the server.
_START = f'mount -t tmpfs -o "size=$1m" {SOURCE} "$2" && cp -a . "$2" && cd "$2" && shift 2 && exec "$@"'
_PROBE_TIMEOUT_S = 10


@cache
def possible() -> bool:
    """Whether this process may give a server a disk of its own."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return False
    probe = [unshare, "--mount", "--", "mount", "-t", "tmpfs", "-o", "size=1m", SOURCE, "/"]
    done = subprocess.run(probe, capture_output=True, timeout=_PROBE_TIMEOUT_S, check=False)  # noqa: S603 - found on PATH
    return done.returncode == 0


def size_mb(environment: Mapping[str, str]) -> int | None:
    """How large a disk a server's environment asks for, in MiB; None when for none, or when that cannot be had here.

    Raises StartFailed for what is no size.
    """
    asked = environment.get(DISK_MB)
    if asked is None:
        return None
    if not asked.isascii() or not asked.isdigit() or int(asked) == 0:
        raise StartFailed(f"{DISK_MB}={asked} is no number of MiB")
    return int(asked) if possible() else None


def command_on(size: int | None, folder: Path, command: tuple[str, ...]) -> tuple[str, ...]:
    """The command that starts the server with a disk of `size` MiB mounted on `folder`, its working directory."""
    if size is None:
        return command
    return ("unshare", "--mount", "--", "sh", "-c", _START, "sh", str(size), str(folder), *command)


def mounted_for(pid: int) -> Path | None:
    """The small disk of a process as this process can reach it, None when it has none."""
    try:
        mounts = Path(f"/proc/{pid}/mounts").read_bytes().splitlines()
    except OSError:  # it has ended, or is somebody else's
        return None
    places = [place for source, place, *_ in map(bytes.split, mounts) if source == SOURCE.encode()]
    return Path(f"/proc/{pid}/root") / _unescaped(places[-1]).lstrip("/") if places else None


def _unescaped(place: bytes) -> str:
    """The kernel writes white space and backslashes in its list as octal numbers."""
    return os.fsdecode(re.sub(rb"\\([0-7]{3})", lambda found: bytes([int(found[1], 8)]), place))
