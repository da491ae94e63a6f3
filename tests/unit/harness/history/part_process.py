"""A process that writes a part of a history: python part_process.py FOLDER FLUSH OPERATIONS THEN.

It says the number of each operation on stdout once its invoke was written, as if the request left then, and completes it.
After so many operations it ends, or waits to be killed (THEN is `end` or `wait`).
"""

import signal
import sys
from pathlib import Path

from harness.history import BUFFERED, INVOKES, Ending, Flush, part

FLUSHES = {"invokes": INVOKES, "buffered": BUFFERED, "never": Flush(records=10**9, seconds=3600.0, invokes_first=False)}


def main(folder: str, flush: str, operations: str, then: str) -> None:
    """Do what the command line says."""
    with part(Path(folder), FLUSHES[flush], signals=(signal.SIGTERM,)) as recorder:
        for number in range(int(operations)):
            call = recorder.invoke("client", "work", {"number": number})
            sys.stdout.write(f"{number}\n")
            sys.stdout.flush()
            call.end(Ending.OK)
        if then == "wait":
            sys.stdout.write("waiting\n")
            sys.stdout.flush()
            signal.pause()


if __name__ == "__main__":
    main(*sys.argv[1:])
