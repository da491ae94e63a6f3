"""A system under test on a stack of `harness.stack`: started or attached to, with the observations common to all systems.

A system is a `StackSystem` (data: topology, instances, settings) and a subclass of `StackSubject` that adds `steady`,
`outstanding` and `observe`. Its stack comes from a `StackSource`, chosen by the caller of a run (`Choices`).
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
