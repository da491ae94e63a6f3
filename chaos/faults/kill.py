"""kill: SIGKILL, as when a machine loses power. Nothing is flushed, nothing is said; connections break."""

from collections.abc import Callable
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed

from chaos.faults.death import Death, Members
from harness.stack import capabilities


class Kill(Death):
    """Kills a member; heals by starting it again."""

    needs = (capabilities.Kill, capabilities.Restart)

    def end(self, stack: Members) -> None:
        """See Death."""
        stack.kill(self.target)


def kill(target: str) -> Callable[[Random], Kill]:
    """Kill this member."""
    return lambda _random: Kill(target)


def kill_one_of(*targets: str) -> Callable[[Random], Kill]:
    """Kill one of these members; the seed decides which."""
    return lambda random: Kill(random.choice(targets))
