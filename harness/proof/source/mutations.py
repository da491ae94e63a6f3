"""Mutations of Python source: one small change at one place, found in the syntax tree and made in the text.

The text around it stays as it is, so a mutation can be read as a diff. The operators are those of the
literature (DeMillo, Lipton and Sayward 1978; Offutt et al. 1996), and what asynchronous services on a database have.
"""

import ast
import difflib
import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

Change = tuple[ast.AST, str]
"""A node, and the text that takes its place."""


class Source:
    """The text of a file, and where nodes of its syntax tree are in it."""

    def __init__(self, text: str) -> None:
        """Raises SyntaxError."""
        self.text = text
        self.tree = ast.parse(text)
        self._lines = text.split("\n")
        self._begins = [0]
        for line in self._lines:
            self._begins.append(self._begins[-1] + len(line) + 1)

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Offsets of an expression or a statement. Columns of the syntax tree are bytes of UTF-8."""
        assert isinstance(node, ast.expr | ast.stmt)  # noqa: S101 - operators change these only
        assert node.end_lineno is not None and node.end_col_offset is not None  # noqa: S101, PT018 - ast.parse sets both
        return self._offset(node.lineno, node.col_offset), self._offset(node.end_lineno, node.end_col_offset)

    def of(self, node: ast.AST) -> str:
        """The text of an expression or a statement."""
        start, end = self.span(node)
        return self.text[start:end]

    def line(self, number: int) -> str:
        """The text of a line, counted from 1."""
        return self._lines[number - 1]

    def _offset(self, line: int, column: int) -> int:
        whole = self._lines[line - 1]
        return self._begins[line - 1] + (column if whole.isascii() else len(whole.encode()[:column].decode()))


Operator = Callable[[ast.AST, Source], Iterable[Change]]
"""Gives the changes of one kind at a node."""

OPERATORS: dict[str, Operator] = {}
"""The kinds of mutations, by name; filled by `harness.proof.source.operators`."""


def operator(name: str) -> Callable[[Operator], Operator]:
    """Register a function as a kind of mutation."""

    def register(function: Operator) -> Operator:
        OPERATORS[name] = function
        return function

    return register


@dataclass(frozen=True, kw_only=True)
class Mutation:
    """One change: `start` and `end` are offsets in the source, `new` takes the place of what is between."""

    file: str
    line: int
    kind: str
    start: int
    end: int
    new: str
    place: str
    """The changed text with the rest of its first line: what the name depends on."""

    @property
    def name(self) -> str:
        """The same as long as the line that is changed is, wherever it stands in its file."""
        digest = hashlib.sha256(f"{self.file}\0{self.kind}\0{self.place}\0{self.new}".encode()).hexdigest()[:6]
        return f"{self.file}:{self.kind.replace(' ', '-')}:{digest}"

    def applied(self, source: str) -> str:
        """The source with the change."""
        return source[: self.start] + self.new + source[self.end :]

    def diff(self, source: str) -> str:
        """The change as a unified diff without context."""
        before, after = source.splitlines(), self.applied(source).splitlines()
        return "\n".join(list(difflib.unified_diff(before, after, self.file, self.file, lineterm="", n=0))[2:])

    def compiles(self, source: str) -> bool:
        """Whether the source with the change is still a program."""
        try:
            compile(self.applied(source), self.file, "exec")
        except (SyntaxError, ValueError):
            return False
        return True


def mutations(text: str, file: str) -> tuple[Mutation, ...]:
    """Every mutation of a file, in the order of the text; few of them do not compile. Raises SyntaxError."""
    source = Source(text)
    ignored = {id(each) for each in _untouchable(source.tree)}
    found = {}
    for node in ast.walk(source.tree):
        if id(node) in ignored:
            continue
        for kind, changes in OPERATORS.items():
            for at, new in changes(node, source):
                start, end = source.span(at)
                if id(at) in ignored or text[start:end] == new:
                    continue
                assert isinstance(at, ast.expr | ast.stmt)  # noqa: S101 - as in span
                place = f"{at.col_offset}\0{source.line(at.lineno)}\0{text[start:end]}"
                found[start, end, new] = Mutation(
                    file=file, line=at.lineno, kind=kind, start=start, end=end, new=new, place=place
                )
    return tuple(found[key] for key in sorted(found))


def _untouchable(tree: ast.Module) -> Iterator[ast.AST]:
    """Docstrings, annotations, decorators: changing them changes nothing that runs, or an interface, which contracts judge."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node
            yield node.value
        for name in ("annotation", "returns"):
            if annotation := getattr(node, name, None):
                yield from ast.walk(annotation)
        for decorator in getattr(node, "decorator_list", ()):
            yield from ast.walk(decorator)
