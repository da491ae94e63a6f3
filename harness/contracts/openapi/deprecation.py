"""Rules about leaving: an operation is announced as deprecated, with the day it may be gone (`x-sunset`), and goes then."""

from collections.abc import Iterator
from datetime import date, timedelta

from harness.contracts.finding import Finding, Level
from harness.contracts.openapi.document import Operation
from harness.contracts.openapi.registry import RULES
from harness.contracts.openapi.versions import Versions, of_operations

_ERR, _WARN, _INFO = Level.ERR, Level.WARN, Level.INFO
PATH_REMOVED = RULES.declare("api-path-removed", _ERR, "A path is gone that was not announced as deprecated.")
REMOVED = RULES.declare("api-removed-without-deprecation", _ERR, "An operation is gone that was not announced as deprecated.")
TOO_EARLY = RULES.declare("api-removed-before-sunset", _ERR, "An operation is gone before the day that was announced.")
IN_TIME = RULES.declare("api-removed-after-sunset", _INFO, "An operation is gone as it was announced.")
DEPRECATED = RULES.declare("endpoint-deprecated", _INFO, "An operation is announced as deprecated.")
NO_SUNSET = RULES.declare(
    "endpoint-deprecated-without-sunset", _WARN, "An operation is deprecated without saying until when it stays."
)
SHORT_NOTICE = RULES.declare("api-sunset-date-too-small", _ERR, "An operation goes sooner than the notice that clients need.")
MOVED_UP = RULES.declare("api-sunset-date-changed-too-small", _ERR, "An operation goes earlier than was announced.")
SUNSET_DELETED = RULES.declare("api-sunset-deleted", _ERR, "A deprecated operation no longer says until when it stays.")
UNREADABLE = RULES.declare("api-sunset-parse", _ERR, "The day of an operation's sunset is none (YYYY-MM-DD).")


def removal(versions: Versions, gone: Operation, *, path_gone: bool) -> Finding:
    """What it means that an operation is gone. One that was deprecated without a day may go at any time."""
    if gone.raw.get("deprecated") is not True:
        return RULES.found(PATH_REMOVED if path_gone else REMOVED, gone.name)
    day = sunset(gone)
    too_early = day is not None and day > versions.today
    return RULES.found(TOO_EARLY if too_early else IN_TIME, gone.name, f"its sunset is {day or 'not dated'}")


@of_operations
def deprecation(versions: Versions, old: Operation, new: Operation) -> Iterator[Finding]:
    """What an operation that is still there says of its end."""
    if new.raw.get("deprecated") is not True:
        return
    try:
        before, now = sunset(old), sunset(new)
    except ValueError as error:
        yield RULES.found(UNREADABLE, old.name, str(error))
        return
    if old.raw.get("deprecated") is not True:
        yield from _announced(versions, old, now)
    elif before is not None and now is None:
        yield RULES.found(SUNSET_DELETED, old.name, f"it was {before}")
    elif before is not None and now is not None and now < before:
        yield RULES.found(MOVED_UP, old.name, f"{before} became {now}")


def _announced(versions: Versions, operation: Operation, day: date | None) -> Iterator[Finding]:
    if day is None:
        yield RULES.found(NO_SUNSET, operation.name)
    elif day < versions.today + timedelta(days=versions.notice_days):
        yield RULES.found(SHORT_NOTICE, operation.name, f"{day} is within {versions.notice_days} days")
    else:
        yield RULES.found(DEPRECATED, operation.name, f"until {day}")


def sunset(operation: Operation) -> date | None:
    """The day from which an operation may be gone. Raises ValueError for what is no day."""
    said = operation.raw.get("x-sunset")
    return None if said is None else date.fromisoformat(str(said)[:10])
