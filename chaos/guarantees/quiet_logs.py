"""Errors that nobody expected: tracebacks and critical lines in the logs, and answers that are the shop's own error.

The answers are counted by the members themselves, so that also those are seen that no client of the run was given.
"""

from chaos.guarantees import reading
from chaos.observations.health_over_time import ERRORS_COUNTED, LOG_ALARMS, ErrorsRow, LogAlarmRow
from harness.history import History
from harness.verdict import Finding, Violation, guarantee

SHOWN = 300


@guarantee
def quiet_logs(history: History) -> Finding:
    """No member logs a traceback, answers 500, or answers an RPC with INTERNAL or UNKNOWN."""
    counted = reading.rows(history, ERRORS_COUNTED, ErrorsRow)
    answered = tuple(
        Violation(what=f"{row.member} answered {row.count} times {row.status}", facts={"member": row.member})
        for row in counted
        if row.count > 0
    )
    logged = tuple(
        Violation(what=f"{row.member} logged a {row.why}: {row.line[:SHOWN]}", facts={"member": row.member, "line": row.line})
        for row in reading.rows(history, LOG_ALARMS, LogAlarmRow)
    )
    return Finding(judged=len({row.member for row in counted}), violations=answered + logged)
