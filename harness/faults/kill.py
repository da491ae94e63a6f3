"""kill: SIGKILL, as by a crash: the process flushes nothing and closes nothing in order; its connections break."""

from harness.faults.control import StackControl
from harness.faults.deaths import Death
from harness.faults.inventory import Declaration
from harness.faults.registry import fault_kind
from harness.faults.targets import member, one_of
from harness.stack import capabilities

KILL = "kill"


@fault_kind(KILL)
class Kill(Death):
    """Kills a member; heals by starting it again."""

    needs = (capabilities.Killable, capabilities.Restartable)

    def end(self, stack: StackControl) -> bool:
        """See Death."""
        stack.kill(self.member)
        return True


def kill(target: str) -> Declaration:
    """Kill this member."""
    return member(KILL, target)


def kill_one_of(*targets: str) -> Declaration:
    """Kill one of these members; the seed decides which."""
    return one_of(KILL, *targets)
