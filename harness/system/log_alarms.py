"""What the members of a stack logged since a moment that no healthy system logs: tracebacks, and errors nobody expected.

Whole log files are read from where they ended at that moment, not their tails. Warnings are the member's own affair.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.stack.topology import Role
from harness.stack.view import StackView

TRACEBACK = "Traceback (most recent call last)"
CRITICAL = frozenset({"critical", "fatal"})
MOST = 50
"""Alarms that are kept of one member."""
WIDTH = 4000


@dataclass(frozen=True)
class LogAlarm:
    """A line of a member's log; `why` is what is wrong with it."""

    member: str
    why: str
    line: str


def ends(stack: StackView) -> dict[str, int]:
    """Where the logs of services and sandboxes end now, in bytes by member."""
    return {each.name: _size(each.log) for each in stack.instances() if each.role is not Role.SERVER}


def alarms(stack: StackView, since: Mapping[str, int]) -> list[LogAlarm]:
    """The alarms logged after `since`, at most MOST of each member. A log that has been begun anew is read whole."""
    found = []
    for each in stack.instances():
        if each.role is Role.SERVER:
            continue
        begin = since.get(each.name, 0)
        text = _after(each.log, begin if begin <= _size(each.log) else 0)
        found += [LogAlarm(each.name, why, line[:WIDTH]) for line in text.splitlines() if (why := alarm(line))][:MOST]
    return found


def alarm(line: str) -> str:
    """Why a line is an alarm, "" when it is none."""
    if TRACEBACK in line:
        return "traceback"
    if line.startswith("{"):
        try:
            told = json.loads(line)
        except ValueError:
            return ""
        if str(told.get("level", "")).lower() in CRITICAL:
            return "critical"
        if "exception" in told:
            return "traceback"
    return ""


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _after(path: Path, begin: int) -> str:
    try:
        with path.open("rb") as file:
            file.seek(begin)
            return file.read().decode(errors="replace")
    except FileNotFoundError:
        return ""
