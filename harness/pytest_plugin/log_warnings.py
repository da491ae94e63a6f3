"""Which lines of a log are at level warning or above: JSON logs, MySQL, RabbitMQ, Redis, Python, plain text."""

import json
import re
from collections.abc import Sequence

LINES = 40
WIDTH = 2000

_AFTER = 10
_LEVELS = frozenset({"warn", "warning", "error", "critical", "fatal", "alert", "emergency"})
_PLAIN = re.compile(
    r"\[(?:warning|error|critical|alert|emergency)\]"  # MySQL, RabbitMQ
    r"|\b(?:WARN|WARNING|ERROR|CRITICAL|FATAL)\b"
    r"|^\d+:[XCSM] .{20,30} # "  # Redis
    r"|^Traceback \(most recent call last\)",
)
_MYSQL = re.compile(r"\[(?:Warning|ERROR)\]")


def is_warning(line: str) -> bool:
    """Whether a line is at level warning or above. A JSON line is so when its level says it, whatever its text."""
    if line.startswith("{"):
        try:
            return str(json.loads(line).get("level", "")).lower() in _LEVELS
        except ValueError:
            pass  # torn, or not JSON after all
    return bool(_PLAIN.search(line) or _MYSQL.search(line))


def excerpt(lines: Sequence[str]) -> list[str]:
    """The last warning, the lines before and after it, at most LINES lines of WIDTH characters; nothing without one."""
    last = max((number for number, line in enumerate(lines) if is_warning(line)), default=None)
    if last is None:
        return []
    until = min(len(lines), last + 1 + _AFTER)
    return [line if len(line) <= WIDTH else f"{line[:WIDTH]}…" for line in lines[max(0, until - LINES) : until]]
