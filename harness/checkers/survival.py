"""Durability: an item acknowledged to a client exists at the end, with the content that the client sent."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from harness.verdict import Finding, Violation


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """An acknowledged item, with the content that the client sent and the answered operation."""

    id: str
    content: Mapping[str, JsonValue]
    operation: int


def survived(
    acknowledged: Iterable[Acknowledged], existing: Mapping[str, Mapping[str, JsonValue]], *, kind: str = "item"
) -> Finding:
    """Judge every acknowledged id: it is among the existing ones, which agree on every field that was sent.

    Several acknowledgements of one id are judged each for its content and counted as one item.
    """
    violations = []
    ids = set()
    for item in acknowledged:
        first = item.id not in ids
        ids.add(item.id)
        found = existing.get(item.id)
        if found is None:
            if first:
                violations.append(
                    Violation(
                        what=f"{kind} {item.id} was acknowledged and is gone",
                        operations=(item.operation,),
                        facts={"id": item.id, "sent": dict(item.content)},
                    )
                )
            continue
        changed = [name for name, value in item.content.items() if found.get(name) != value]
        if changed:
            violations.append(
                Violation(
                    what=f"{kind} {item.id} was acknowledged and differs from what was sent in {', '.join(changed)}",
                    operations=(item.operation,),
                    facts={"id": item.id, "sent": dict(item.content), "found": dict(found)},
                )
            )
    return Finding(judged=len(ids), violations=tuple(violations))
