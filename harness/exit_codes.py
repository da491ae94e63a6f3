"""What the exit code of every command means. The numbers are API: scripts and CI servers decide by them."""

from enum import IntEnum


class ExitCode(IntEnum):
    """Only PASS is green. A command that judges nothing ends with PASS when it did what was asked.

    FAIL is kept for what was looked for and not found to hold: a promise was broken, a planted bug survived, no stack runs
    (`status`). INCONCLUSIVE: nothing was proved (UNKNOWN, VACUOUS). TROUBLE: the tool or the machine could not do it.
    """

    PASS = 0
    FAIL = 1
    USAGE = 2
    INCONCLUSIVE = 3
    TROUBLE = 4
    INTERRUPTED = 130
