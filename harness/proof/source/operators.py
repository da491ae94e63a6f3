"""The kinds of mutations. Each gives, for a node of the syntax tree, the texts that may take its place."""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise

from harness.proof.source.mutations import Change, Source, operator

BOUNDARIES: dict[type[ast.cmpop], str] = {
    ast.Lt: "<=",
    ast.LtE: "<",
    ast.Gt: ">=",
    ast.GtE: ">",
    ast.Eq: "!=",
    ast.NotEq: "==",
    ast.In: "not in",
    ast.NotIn: "in",
    ast.Is: "is not",
    ast.IsNot: "is",
}
ARITHMETIC: dict[type[ast.operator], str] = {ast.Add: "-", ast.Sub: "+", ast.Mult: "+"}
SQL_AND = re.compile(r"\sAND\s+[^()]+?(?=\sAND\s|\sORDER\s|\sLIMIT\s|\sFOR\s|$)")
QUIET = re.compile(r"(\w+\.)*(log|logger|metrics?|span|tracer|counter)\b")
"""What is called only to tell somebody: dropping it changes no promise."""


@operator("condition negated")
def condition_negated(node: ast.AST, source: Source) -> Iterator[Change]:
    """`if a` becomes `if not (a)`."""
    if isinstance(node, ast.If | ast.While | ast.IfExp) and not isinstance(node.test, ast.Constant):
        yield node.test, f"not ({source.of(node.test)})"


@operator("comparison")
def comparison(node: ast.AST, source: Source) -> Iterator[Change]:
    """`<` becomes `<=`, `==` becomes `!=`, `in` becomes `not in`, and back."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in BOUNDARIES:
        left, right = source.of(node.left), source.of(node.comparators[0])
        yield node, f"{left} {BOUNDARIES[type(node.ops[0])]} {right}"


@operator("and or")
def and_or(node: ast.AST, source: Source) -> Iterator[Change]:
    """`a and b` becomes `a or b`, and back; one operand is dropped."""
    if isinstance(node, ast.BoolOp):
        parts = [f"({source.of(value)})" for value in node.values]
        yield node, f"({(' or ' if isinstance(node.op, ast.And) else ' and ').join(parts)})"
        yield node, f"({parts[0]})"


@operator("constant")
def constant(node: ast.AST, source: Source) -> Iterator[Change]:
    """A whole number is one more; True is False, and back."""
    if isinstance(node, ast.Constant):
        if isinstance(node.value, bool):
            yield node, str(not node.value)
        elif isinstance(node.value, int):
            yield node, str(node.value + 1)


@operator("arithmetic")
def arithmetic(node: ast.AST, source: Source) -> Iterator[Change]:
    """`+` becomes `-`, and back; `*` becomes `+`."""
    if isinstance(node, ast.BinOp) and type(node.op) in ARITHMETIC and not _is_text(node):
        yield node, f"{source.of(node.left)} {ARITHMETIC[type(node.op)]} {source.of(node.right)}"


@operator("statement dropped")
def statement_dropped(node: ast.AST, source: Source) -> Iterator[Change]:
    """A call, awaited or not, whose result nobody uses does not happen."""
    if isinstance(node, ast.Expr):
        called = node.value.value if isinstance(node.value, ast.Await) else node.value
        if isinstance(called, ast.Call) and not QUIET.match(source.of(called.func)):
            yield node, "pass"


@operator("error swallowed")
def error_swallowed(node: ast.AST, source: Source) -> Iterator[Change]:
    """`raise` does not happen."""
    if isinstance(node, ast.Raise):
        yield node, "pass"


@operator("handler emptied")
def handler_emptied(node: ast.AST, source: Source) -> Iterator[Change]:
    """What an exception was caught for does not happen."""
    if isinstance(node, ast.ExceptHandler) and not isinstance(node.body[0], ast.Pass) and len(node.body) == 1:
        yield node.body[0], "pass"


@operator("return value")
def return_value(node: ast.AST, source: Source) -> Iterator[Change]:
    """`return x` returns None where it returns something."""
    if isinstance(node, ast.Return) and node.value is not None and not isinstance(node.value, ast.Constant):
        yield node.value, "None"


@operator("where part dropped")
def where_part_dropped(node: ast.AST, source: Source) -> Iterator[Change]:
    """`.where(a, b)` loses a condition, `.where(a)` all; `a & b` loses a side; SQL text loses an `AND`."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "where":
        for dropped in node.args:
            kept = [source.of(each) for each in node.args if each is not dropped]
            before = source.of(node.func.value)
            yield node, f"{before}.where({', '.join(kept)})" if kept else before
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitAnd):
        yield node, source.of(node.left)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        quoted = source.of(node)
        for found in SQL_AND.finditer(quoted.rstrip("\"'")):
            yield node, quoted[: found.start()] + quoted[found.end() :]


@operator("for update dropped")
def for_update_dropped(node: ast.AST, source: Source) -> Iterator[Change]:
    """`.with_for_update()` is left out."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "with_for_update":
        yield node, source.of(node.func.value)


@operator("arguments swapped")
def arguments_swapped(node: ast.AST, source: Source) -> Iterator[Change]:
    """Two neighbouring arguments that are plain names change places."""
    if isinstance(node, ast.Call):
        for one, other in pairwise(node.args):
            if isinstance(one, ast.Name) and isinstance(other, ast.Name) and one.id != other.id:
                inner = [source.of(each) for each in node.args]
                at = node.args.index(one)
                inner[at], inner[at + 1] = inner[at + 1], inner[at]
                named = [source.of(each.value) for each in node.keywords]
                words = [
                    f"{key.arg}={value}" if key.arg else f"**{value}" for key, value in zip(node.keywords, named, strict=True)
                ]
                yield node, f"{source.of(node.func)}({', '.join([*inner, *words])})"


def _is_text(node: ast.BinOp) -> bool:
    return any(isinstance(side, ast.Constant | ast.JoinedStr) and not _is_number(side) for side in (node.left, node.right))


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float)
