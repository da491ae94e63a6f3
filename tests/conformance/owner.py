"""A process that owns a toy system and says how far it is: `python owner.py PROVIDER TOPOLOGY FOLDER [PROXY]`.

It ends with its stdin. With PROXY, its edges run through that.
"""

import sys
from pathlib import Path

from harness.seed import Seed
from harness.stack.carriers import choose_carrier
from harness.stack.events import StackEvent
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
stack = Stack(Topology.load(topology), choose(sys.argv[1]).provider, folder=folder, proxied=seed, carrier=carrier)
say("stack", stack.mark.stack)
with stack.start(tell):
    say("up", "")
    sys.stdin.read()
