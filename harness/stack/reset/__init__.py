"""Reset a stack after a run to its state when it was new, so that it can serve another run.

    reset = Reset(stack)                 # right after the start: what the servers hold now is what they hold when new
    ...                                  # a run: rows, keys, messages, faults
    reset.do(seed, at_rest=True)         # raises NotClean when it cannot be shown to be as new; then throw the stack away

Only the owner of a stack can do this: whatever a run has killed, paused or replaced is started again. There is one file per
kind of server, registered where it is defined. Nothing is believed: after everything was emptied, every server is asked what it
holds, every edge whether it is whole, and every member whether it is ready.
"""

from harness.stack.reset.contents import NotClean
from harness.stack.reset.reset import Done, Reset

__all__ = ["Done", "NotClean", "Reset"]
