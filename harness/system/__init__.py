"""A system under test on a stack of `harness.stack`: how it is started or attached to, and what any such system can tell.

A system is a `StackSystem` (data: topology, instances, settings) and a subclass of `StackSubject` that adds `steady`,
`outstanding` and `observe`. Where its stack comes from is a `StackSource`, chosen by whoever runs the experiment (`Choices`).
"""

from harness.system.kept import KeptStacks, stacks_kept
from harness.system.needs import StackNeeds
from harness.system.placement import Placement, choose_placement
from harness.system.sources import AttachedSource, OwnSource, RunningStack, StackSource, source_of
from harness.system.subject import StackSubject
from harness.system.system import StackSystem, grouped
from harness.system.watchers import Watcher, watching

__all__ = [
    "AttachedSource",
    "KeptStacks",
    "OwnSource",
    "Placement",
    "RunningStack",
    "StackNeeds",
    "StackSource",
    "StackSubject",
    "StackSystem",
    "Watcher",
    "choose_placement",
    "grouped",
    "source_of",
    "stacks_kept",
    "watching",
]
