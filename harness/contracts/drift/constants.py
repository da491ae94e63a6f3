"""Places of the code: the constants and enums of modules of rules, `domain:order.domain.MAX_LINES`, read without running them.

A constant counts when its name is in capitals and its value is a whole number, or a range of them, written with literals and
operators; an enum when it is a StrEnum of text.
"""

import ast
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.contracts.checker import SourceError
from harness.contracts.documents import as_json
from harness.contracts.drift.places import Kind, Place

SIDE = "domain"
DOCUMENT = "domain.json"
_OPERATORS: Mapping[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Pow: operator.pow,
    ast.FloorDiv: operator.floordiv,
}


@dataclass(frozen=True)
class Constants:
    """A SavedSource: of all modules below `root` whose paths match one of `patterns`; `order/domain.py` is `order.domain`."""

    root: Path
    patterns: tuple[str, ...]
    document: str = DOCUMENT

    def read(self) -> bytes:
        """See SavedSource. Raises SourceError when there is no such module, or one that is no Python."""
        modules = sorted({path for pattern in self.patterns for path in self.root.glob(pattern)})
        if not modules:
            raise SourceError(f"no module in {self.root} is called {' or '.join(self.patterns)}")
        try:
            return as_json({self._name(path): told(path.read_text()) for path in modules})
        except SyntaxError as error:
            raise SourceError(f"constants: {error}") from error

    def _name(self, path: Path) -> str:
        return ".".join(path.relative_to(self.root).with_suffix("").parts)


def told(source: str) -> dict[str, Any]:
    """The constants and enums of a module: a number, [first, last] for a range, a list of texts for an enum."""
    found: dict[str, Any] = {}
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.ClassDef) and any(_is_str_enum(base) for base in statement.bases):
            found[statement.name] = [text for each in statement.body if (text := _text(each)) is not None]
        for name, node in _assigned(statement):
            if name.lstrip("_").isupper() and not name.startswith("_") and (value := _number(node)) is not None:
                found[name] = value
    return found


def constant_places(document: Mapping[str, Mapping[str, Any]]) -> Iterator[Place]:
    """All of such a document. What a constant limits is said by who refers to it."""
    for module, names in sorted(document.items()):
        for name, value in sorted(names.items()):
            of_enum = isinstance(value, list) and all(isinstance(each, str) for each in value)
            values = frozenset(value) if of_enum else frozenset()
            yield Place(f"{SIDE}:{module}.{name}", Kind.ENUM if of_enum else Kind.LIMIT, {}, values)


def _assigned(statement: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
        yield statement.targets[0].id, statement.value
    elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and statement.value is not None:
        yield statement.target.id, statement.value


def _number(node: ast.expr) -> int | list[int] | None:
    match node:
        case ast.Constant(value=int() as value) if not isinstance(value, bool):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            positive = _number(operand)
            return -positive if isinstance(positive, int) else None
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            one, other = _number(left), _number(right)
            return _OPERATORS[type(op)](one, other) if isinstance(one, int) and isinstance(other, int) else None
        case ast.Call(func=ast.Name(id="range"), args=[first, end]):
            one, other = _number(first), _number(end)
            return [one, other - 1] if isinstance(one, int) and isinstance(other, int) else None
    return None


def _is_str_enum(base: ast.expr) -> bool:
    return isinstance(base, ast.Name) and base.id == "StrEnum"


def _text(statement: ast.stmt) -> str | None:
    match statement:
        case ast.Assign(value=ast.Constant(value=str() as value)):
            return value
    return None
