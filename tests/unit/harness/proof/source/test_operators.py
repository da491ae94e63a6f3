"""Every kind of mutation does what it says, compiles, is found again under the same name, and spares what does not run."""

import pytest

from harness.proof.source import operators
from harness.proof.source.mutations import OPERATORS, Mutation, mutations

assert operators

CASES = [
    ("condition negated", "if a:\n    b = 1\n", "if not (a):\n    b = 1\n"),
    ("comparison", "c = a < b\n", "c = a <= b\n"),
    ("comparison", "c = a is not None\n", "c = a is None\n"),
    ("and or", "c = a and b\n", "c = ((a) or (b))\n"),
    ("and or", "c = a or b\n", "c = ((a))\n"),
    ("constant", "limit = 5\n", "limit = 6\n"),
    ("constant", "on = True\n", "on = False\n"),
    ("arithmetic", "c = a - 1.5\n", "c = a + 1.5\n"),
    ("statement dropped", "async def f():\n    await g()\n", "async def f():\n    pass\n"),
    ("statement dropped", "g(x)\n", "pass\n"),
    ("error swallowed", "if a:\n    raise ValueError\n", "if a:\n    pass\n"),
    ("handler emptied", "try:\n    g = a\nexcept E:\n    b = c\n", "try:\n    g = a\nexcept E:\n    pass\n"),
    ("return value", "def f():\n    return g\n", "def f():\n    return None\n"),
    ("where part dropped", "q = s.where(a, b)\n", "q = s.where(b)\n"),
    ("where part dropped", "q = s.where(a)\n", "q = s\n"),
    (
        "where part dropped",
        'q = "DELETE FROM t WHERE a = 1 AND b = 2 ORDER BY c"\n',
        'q = "DELETE FROM t WHERE a = 1 ORDER BY c"\n',
    ),
    ("for update dropped", "q = s.with_for_update(skip_locked=True)\n", "q = s\n"),
    ("arguments swapped", "c = f(a, b, d=e)\n", "c = f(b, a, d=e)\n"),
]


@pytest.mark.parametrize(("kind", "source", "mutated"), CASES)
def test_a_kind_makes_its_change(kind: str, source: str, mutated: str) -> None:
    made = [each for each in mutations(source, "f.py") if each.kind == kind]
    assert mutated in [each.applied(source) for each in made]
    assert all(each.compiles(source) for each in made)


def test_every_kind_has_a_case() -> None:
    assert {kind for kind, _, _ in CASES} == OPERATORS.keys()


@pytest.mark.parametrize(
    "source",
    [
        '"""A docstring with 1 AND 2."""\n',
        "a: Literal[1]\n",
        "def f(a: Maximum[1]) -> Maximum[2]: ...\n",
        "@limited(5)\ndef f(): ...\n",
        'log.info("done", count=n)\n',
    ],
)
def test_what_does_not_run_or_promises_nothing_is_spared(source: str) -> None:
    assert mutations(source, "f.py") == ()


def only(source: str) -> Mutation:
    (made,) = mutations(source, "f.py")
    return made


def test_its_name_is_the_same_wherever_the_line_stands() -> None:
    assert only("limit = 5\n").name == only("other = limit\n\n\nlimit = 5\n").name
    assert only("limit = 5\n").name != only("limits = 5\n").name
    assert only("limit = 5\n").name.startswith("f.py:constant:")


def test_its_diff_is_the_line() -> None:
    assert only("a = b\nlimit = 5\n").diff("a = b\nlimit = 5\n") == "@@ -2 +2 @@\n-limit = 5\n+limit = 6"


def test_text_before_it_may_be_of_any_script() -> None:
    source = 'f = "größer", a < b\n'
    assert only(source).applied(source) == 'f = "größer", a <= b\n'
