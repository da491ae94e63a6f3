"""The ends of the logs of a stack's members, which are kept with a run."""

from harness.stack.process import tail
from harness.stack.view import StackView

LOG_LINES = 400


def tails(stack: StackView) -> dict[str, str]:
    """The last LOG_LINES lines of every member that there is, by its name."""
    return {instance.name: tail(instance.log, LOG_LINES) for instance in stack.instances()}
