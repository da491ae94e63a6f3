"""What of an API was reached: every operation with every 2xx and 4xx that its description promises, and every parameter.

A fuzzer that is refused everywhere finds nothing and looks fine. So what was answered is counted, and what never was is
told. tracecov measures more (down to keywords of schemas), but its licence keeps its output from third parties, and this
project's reports are public: operations by statuses by parameters are counted here.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

METHODS = frozenset({"get", "put", "post", "delete", "patch", "head", "options", "trace"})


@dataclass(frozen=True)
class Declared:
    """Of one operation: the 2xx and 4xx it may answer, and its parameters as `query page` or `body price`."""

    statuses: tuple[int, ...]
    parameters: tuple[str, ...]


def declared(openapi: Mapping[str, Any]) -> dict[str, Declared]:
    """What an OpenAPI 3 document declares, by `POST /orders`."""
    return {
        f"{method.upper()} {path}": Declared(_statuses(operation), _parameters(operation, openapi))
        for path, item in openapi["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }


def _statuses(operation: Mapping[str, Any]) -> tuple[int, ...]:
    return tuple(sorted(int(status) for status in operation["responses"] if status[:1] in "24" and status.isdigit()))


def _parameters(operation: Mapping[str, Any], openapi: Mapping[str, Any]) -> tuple[str, ...]:
    named = [f"{each['in']} {each['name']}" for each in operation.get("parameters", ())]
    for media in operation.get("requestBody", {}).get("content", {}).values():
        schema: Mapping[str, Any] = media.get("schema", {})
        if (reference := schema.get("$ref", "")).startswith("#/"):
            schema = openapi
            for step in reference[2:].split("/"):
                schema = schema[step]
        named += [f"body {name}" for name in schema.get("properties", ())]
    return tuple(dict.fromkeys(named))


class Reached:
    """Counts answers by operation and status, and parameters sent in requests that were not refused for their form."""

    def __init__(self, operations: Mapping[str, Declared]) -> None:
        self.operations = operations
        self._answers: Counter[tuple[str, int]] = Counter()
        self._sent: Counter[tuple[str, str]] = Counter()

    def answered(self, operation: str, status: int, parameters: Iterable[str] = ()) -> None:
        """Count one answer to an operation of the document; others (unknown methods) are ignored."""
        if operation in self.operations:
            self._answers[operation, status] += 1
            if status not in (400, 415, 422):
                self._sent.update((operation, each) for each in set(parameters))

    def count(self, operation: str, status: int) -> int:
        """How often an operation answered so."""
        return self._answers[operation, status]

    def missing(self) -> list[tuple[str, int]]:
        """The declared statuses that nobody saw."""
        return [
            (name, status) for name, of in self.operations.items() for status in of.statuses if not self._answers[name, status]
        ]

    def refused(self, at_least: int = 1) -> list[str]:
        """The operations with this many answers or more, of which every one was 401 or 403."""
        seen: dict[str, Counter[int]] = {}
        for (name, status), count in self._answers.items():
            seen.setdefault(name, Counter())[status] += count
        return sorted(name for name, of in seen.items() if of.total() >= at_least and set(of) <= {401, 403})

    def unsent(self) -> list[tuple[str, str]]:
        """The parameters that no request carried which was accepted for its form."""
        return [(name, each) for name, of in self.operations.items() for each in of.parameters if not self._sent[name, each]]

    def table(self) -> str:
        """Lines for people: operations by statuses; a dash where none is declared, 0 where nobody came."""
        statuses = sorted({status for of in self.operations.values() for status in of.statuses})
        width = max(map(len, self.operations), default=0)
        lines = [" " * width + "".join(f"{status:>6}" for status in statuses)]
        for name, of in self.operations.items():
            cells = (str(self._answers[name, status]) if status in of.statuses else "-" for status in statuses)
            lines.append(f"{name:<{width}}" + "".join(f"{cell:>6}" for cell in cells))
        return "\n".join([*lines, self.summary()])

    def summary(self) -> str:
        """One line: how much was reached."""
        statuses = sum(len(of.statuses) for of in self.operations.values())
        parameters = sum(len(of.parameters) for of in self.operations.values())
        answers, sent = statuses - len(self.missing()), parameters - len(self.unsent())
        return f"{answers} of {statuses} statuses, {sent} of {parameters} parameters, {self._answers.total()} answers"

    def __add__(self, other: "Reached") -> "Reached":
        both = Reached(self.operations)
        both._answers = self._answers + other._answers
        both._sent = self._sent + other._sent
        return both
