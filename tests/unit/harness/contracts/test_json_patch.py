import pytest

from harness.contracts.documents import CURRENT, Documents
from harness.contracts.json_patch import Add, Move, Operation, Remove, Replace, patched
from harness.contracts.planted import EditError

DOCUMENT = {"a": {"x/y": 1}, "list": [1, 2]}


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (Add("/a/z", 2), {"a": {"x/y": 1, "z": 2}, "list": [1, 2]}),
        (Add("/list/0", 0), {"a": {"x/y": 1}, "list": [0, 1, 2]}),
        (Add("/list/-", 3), {"a": {"x/y": 1}, "list": [1, 2, 3]}),
        (Remove("/a/x~1y"), {"a": {}, "list": [1, 2]}),
        (Remove("/list/1"), {"a": {"x/y": 1}, "list": [1]}),
        (Replace("/list/0", 9), {"a": {"x/y": 1}, "list": [9, 2]}),
        (Move("/a", "/b"), {"b": {"x/y": 1}, "list": [1, 2]}),
    ],
)
def test_operations(operation: Operation, expected: object) -> None:
    documents = Documents(CURRENT, {}).with_json("d.json", DOCUMENT)
    assert patched("d.json", operation)(documents).json("d.json") == expected
    assert documents.json("d.json") == DOCUMENT


@pytest.mark.parametrize(
    "operation", [Remove("/b"), Replace("/list/2", 0), Move("/a/z", "/c"), Add("/b/c", 1), Remove("/list/x")]
)
def test_a_place_that_is_not_there_is_said(operation: Operation) -> None:
    with pytest.raises(EditError, match="there is no"):
        patched("d.json", operation)(Documents(CURRENT, {}).with_json("d.json", DOCUMENT))
