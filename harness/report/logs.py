"""The lines that all members logged around a moment, merged by time.

Times are found in JSON lines (`timestamp`, RFC 3339) and at the beginning of the lines of the usual servers. A time without
a zone is the local time of this machine, which is right for members that run on it. A line without a time belongs to the
line before it.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

MOST_LINES = 150
MOST_TEXT = 400
LOUD = frozenset({"warning", "warn", "error", "critical", "fatal", "exception"})

_ISO = re.compile(r"\s*(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d+)?)\s?(Z|[+-]\d\d:?\d\d)?\b")
_REDIS = re.compile(r"\d+:[A-Z] (\d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d\.\d+) ")
_LEVEL = re.compile(r"\b(warning|warn|error|critical|fatal|exception)\b", re.IGNORECASE)


@dataclass(frozen=True)
class LogLine:
    """A line of a member; `at_ns` is in ns since the epoch, `loud` when it says that something is wrong."""

    at_ns: int
    member: str
    text: str
    loud: bool


@dataclass(frozen=True)
class Excerpt:
    """Lines by time, how many of the same time are left out, and the members whose kept log begins only later."""

    lines: tuple[LogLine, ...]
    left_out: int
    began_later: tuple[str, ...]


def around(logs: Mapping[str, str], from_ns: int, to_ns: int) -> Excerpt:
    """What was logged between two times (ns since the epoch). The loud lines stay when there are too many."""
    found: list[LogLine] = []
    late: list[str] = []
    for member, text in logs.items():
        lines = list(_timed(text))
        if lines and lines[0][0] > to_ns:
            late.append(member)
        found += [_told(at_ns, member, line) for at_ns, line in lines if from_ns <= at_ns <= to_ns]
    middle = (from_ns + to_ns) // 2
    kept = sorted(found, key=lambda line: (not line.loud, abs(line.at_ns - middle)))[:MOST_LINES]
    ordered = tuple(sorted(kept, key=lambda line: line.at_ns))
    return Excerpt(ordered, len(found) - len(kept), tuple(late))


def _timed(text: str) -> Iterable[tuple[int, str]]:
    at_ns: int | None = None
    for line in text.splitlines():
        if (found := time_of(line)) is not None:
            at_ns = found
        if at_ns is not None and line.strip():
            yield at_ns, line


def _told(at_ns: int, member: str, line: str) -> LogLine:
    said, loud = told(line)
    return LogLine(at_ns, member, said[:MOST_TEXT], loud)


def time_of(line: str) -> int | None:
    """When a line was logged, in ns since the epoch; None when it does not say so."""
    for reader in READERS:
        try:
            if (when := reader(line)) is not None:
                return int(when.timestamp() * 1e6) * 1000
        except ValueError:
            continue
    return None


def told(line: str) -> tuple[str, bool]:
    """What a line says without its time, and whether it is loud. JSON becomes `event key=value`."""
    content = _json(line)
    if content is None:
        said = _REDIS.sub("", _ISO.sub("", line, count=1), count=1).strip()
        return said or line.strip(), _LEVEL.search(line[:200]) is not None
    level = str(content.pop("level", "")).lower()
    for known in ("timestamp", "instance", "service"):
        content.pop(known, None)
    event = str(content.pop("event", content.pop("message", "")))
    rest = " ".join(f"{key}={value}" for key, value in content.items())
    return f"{level + ': ' if level in LOUD else ''}{event} {rest}".strip(), level in LOUD


def _from_json(line: str) -> datetime | None:
    content = _json(line)
    stamp = content.get("timestamp") if content else None
    return datetime.fromisoformat(stamp) if isinstance(stamp, str) else None


def _from_iso(line: str) -> datetime | None:
    match = _ISO.match(line)
    return datetime.fromisoformat(match[1].replace(",", ".") + (match[2] or "")) if match else None


def _from_redis(line: str) -> datetime | None:
    match = _REDIS.match(line)
    return datetime.strptime(match[1], "%d %b %Y %H:%M:%S.%f") if match else None  # noqa: DTZ007 - redis logs local time


READERS: Sequence[Callable[[str], datetime | None]] = (_from_json, _from_iso, _from_redis)


def _json(line: str) -> dict[str, object] | None:
    if not line.lstrip().startswith("{"):
        return None
    try:
        content = json.loads(line)
    except ValueError:
        return None
    return content if isinstance(content, dict) else None
