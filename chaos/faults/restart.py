"""restart: SIGTERM and a new start, as a deployment does it. What is under way may be finished; nothing may be lost."""

from collections.abc import Callable
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed

from chaos.faults.death import Death, Members


class Restart(Death):
    """Stops a member in an orderly way; heals by starting it again."""

    def end(self, stack: Members) -> None:
        """See Death."""
        stack.terminate(self.target)


def restart(target: str) -> Callable[[Random], Restart]:
    """Restart this member."""
    return lambda _random: Restart(target)


def restart_one_of(*targets: str) -> Callable[[Random], Restart]:
    """Restart one of these members; the seed decides which."""
    return lambda random: Restart(random.choice(targets))
