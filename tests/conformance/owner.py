"""A process that owns a toy system and says how far it is: `python owner.py PROVIDER TOPOLOGY FOLDER [PROXY]`.

It ends with its stdin. With PROXY, its edges run through that. With GAUNTLET_DISK_MB in its environment, `locks` has a disk of
its own.
"""

import os
import sys
from pathlib import Path

from harness.seed import Seed
from harness.stack.carriers import choose_carrier
from harness.stack.events import StackEvent
from harness.stack.native.small_disk import DISK_MB
from harness.stack.providers import choose
from harness.stack.stack import Stack
from harness.stack.topology import Topology


def say(*words: str) -> None:
    sys.stdout.write(" ".join(words) + "\n")
    sys.stdout.flush()


def tell(event: StackEvent) -> None:
    say(event.phase, event.name)


topology, folder = (Path(argument) for argument in sys.argv[2:4])
proxied = len(sys.argv) > 4
carrier = choose_carrier(sys.argv[4]).carrier if proxied else None
seed = Seed(7) if proxied else None
disks = {"locks": {DISK_MB: os.environ[DISK_MB]}} if DISK_MB in os.environ else {}
provider = choose(sys.argv[1]).provider
stack = Stack(Topology.load(topology), provider, folder=folder, proxied=seed, carrier=carrier, environment=disks)
say("stack", stack.mark.stack)
with stack.start(tell):
    say("up", "")
    sys.stdin.read()
