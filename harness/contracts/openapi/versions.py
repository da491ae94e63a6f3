"""What rules about one operation are given: both documents, and the walk through their schemas."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from harness.contracts.finding import Finding
from harness.contracts.openapi.canonical import Canonical
from harness.contracts.openapi.document import Document, Operation
from harness.contracts.openapi.place import Place
from harness.contracts.openapi.schemas import Comparison

NOTICE_DAYS = 90
"""How long before its sunset an operation must be announced as deprecated."""


@dataclass(frozen=True)
class Versions:
    """The two documents, and the day that sunsets are compared with."""

    old: Document
    new: Document
    today: date
    notice_days: int = NOTICE_DAYS
    walk: Comparison = field(init=False)

    def __post_init__(self) -> None:
        walk = Comparison(Canonical(self.old.references), Canonical(self.new.references))
        object.__setattr__(self, "walk", walk)

    def schemas(self, old: Any, new: Any, place: Place) -> Iterator[Finding]:
        """Compare what two media types, parameters or headers carry."""
        yield from self.walk.schemas(_schema(old), _schema(new), place)


def _schema(holder: Any) -> tuple[Any, ...]:
    """The schema of a media type, parameter or header; of the latter two it may stand in `content`."""
    if "schema" in holder:
        return (holder["schema"],)
    for content in holder.get("content", {}).values():
        return _schema(content)
    return ()


OperationRule = Callable[[Versions, Operation, Operation], Iterator[Finding]]
OPERATION_RULES: list[OperationRule] = []
DocumentRule = Callable[[Versions], Iterator[Finding]]
DOCUMENT_RULES: list[DocumentRule] = []


def of_operations(rule: OperationRule) -> OperationRule:
    """Decorator: asked for every operation that both documents have; (versions, old, new)."""
    OPERATION_RULES.append(rule)
    return rule


def of_documents(rule: DocumentRule) -> DocumentRule:
    """Decorator: asked once."""
    DOCUMENT_RULES.append(rule)
    return rule
