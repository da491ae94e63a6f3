"""A process that attaches to a stack, takes a namespace, writes into it and says its name: `python holder.py FOLDER`."""

import sys
from pathlib import Path

from harness.stack.attach import attach
from harness.stack.namespaces import Namespace
from tests.conformance.contamination import write

with Namespace.take(attach(Path(sys.argv[1]))) as mine:
    write(mine, "somebody")
    sys.stdout.write(f"{mine.name}\n")
    sys.stdout.flush()
    sys.stdin.read()
