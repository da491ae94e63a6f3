"""Compares two OpenAPI documents by every rule there is."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from harness.contracts.documents import Documents
from harness.contracts.finding import Finding

# The rules declare themselves where they are written.
from harness.contracts.openapi import bodies, deprecation, operations, parameters, responses, security  # noqa: F401
from harness.contracts.openapi.document import Document
from harness.contracts.openapi.versions import DOCUMENT_RULES, NOTICE_DAYS, OPERATION_RULES, Versions

DOCUMENT = "openapi.json"


def today() -> date:
    """The day by UTC."""
    return datetime.now(UTC).date()


@dataclass(frozen=True)
class OpenApiChecker:
    """See ContractChecker. An operation must be deprecated `notice_days` before its sunset."""

    name: str = "openapi"
    about: str = "Changes of the OpenAPI document that break a client of the released one."
    released: tuple[str, ...] = (DOCUMENT,)
    current: tuple[str, ...] = (DOCUMENT,)
    notice_days: int = NOTICE_DAYS
    today: Callable[[], date] = today

    def check(self, released: Documents, current: Documents) -> Iterable[Finding]:
        """See ContractChecker. Raises ValueError for a document that is none."""
        return check(released.json(DOCUMENT), current.json(DOCUMENT), self.today(), self.notice_days)


def check(
    old: Mapping[str, Any], new: Mapping[str, Any], day: date | None = None, notice_days: int = NOTICE_DAYS
) -> Iterator[Finding]:
    """What changed for clients between two parsed documents; `day` (default: today) is what sunsets are compared with.

    Raises ValueError when one is no OpenAPI 3 document, or has a reference that leads nowhere.
    """
    versions = Versions(Document.of(old), Document.of(new), day or today(), notice_days)
    for of_document in DOCUMENT_RULES:
        yield from of_document(versions)
    for key, was in versions.old.operations.items():
        if now := versions.new.operations.get(key):
            for of_operation in OPERATION_RULES:
                yield from of_operation(versions, was, now)
