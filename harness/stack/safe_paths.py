"""Data folders with paths that every server accepts, whatever the working directory.

The start scripts of RabbitMQ and MariaDB are shell, and split what they are given at spaces and quotes; servers compose file
names of a limited length. A folder of such a name is replaced by one of a short and plain name.
"""

import os
import re
import tempfile
from pathlib import Path

from harness.stack.errors import StackError

PREFIX = "gauntlet-data-"

_PLAIN = re.compile(r"[A-Za-z0-9/._+@%-]+")
_LONGEST = 150  # characters; what servers append stays within MariaDB's 512
_PLACES = ("/tmp", "/var/tmp", "/dev/shm")  # noqa: S108 - mkdtemp makes a folder of an unused name, for this user alone


def is_safe(path: Path) -> bool:
    """Whether every server accepts this path."""
    return bool(_PLAIN.fullmatch(str(path))) and len(str(path)) <= _LONGEST


def make_safe_folder() -> Path:
    """A new empty folder that is safe, for this user alone. Raises StackError when none can be made."""
    for place in (tempfile.gettempdir(), *_PLACES):
        if is_safe(Path(place)) and os.access(place, os.W_OK | os.X_OK):
            return Path(tempfile.mkdtemp(prefix=PREFIX, dir=place))
    raise StackError("servers need a folder without spaces and quotes in its path: set TMPDIR to one that can be written")
