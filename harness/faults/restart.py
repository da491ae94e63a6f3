"""restart: SIGTERM and a new start, as by a deployment; the member may finish its requests."""

from harness.faults.control import StackControl
from harness.faults.deaths import Death
from harness.faults.inventory import Declaration
from harness.faults.registry import fault_kind
from harness.faults.targets import member, one_of

RESTART = "restart"


@fault_kind(RESTART)
class Restart(Death):
    """Stops a member with SIGTERM; heals by starting it again. One that had to be killed was not restarted in order."""

    def end(self, stack: StackControl) -> bool:
        """See Death."""
        return stack.terminate(self.member)


def restart(target: str) -> Declaration:
    """Restart this member."""
    return member(RESTART, target)


def restart_one_of(*targets: str) -> Declaration:
    """Restart one of these members; the seed decides which."""
    return one_of(RESTART, *targets)
