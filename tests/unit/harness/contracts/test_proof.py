"""The proof can fail: a change that no rule names, a harmless one that is flagged, and an edit that does nothing."""

from collections.abc import Callable

import pytest

from harness.contracts.documents import Documents
from harness.contracts.planted import PlantedChange
from harness.contracts.proof import prove
from tests.unit.harness.contracts.contracts import WordsChecker, documents

BASE = documents("current", "apple", "pear")
Edit = Callable[[Documents], Documents]


def words(*kept: str) -> Edit:
    return lambda docs: docs.with_json("words.json", kept)


def refused(docs: Documents) -> Documents:
    raise LookupError("its place is gone")


@pytest.mark.parametrize(
    ("contract", "rule", "edit", "wrong"),
    [
        ("words", "word-removed", words("pear"), ""),
        ("words", "", words("apple", "pear", "plum"), ""),
        ("words", "word-renamed", words("pear"), "word-renamed did not name it"),
        ("words", "", words("pear"), "harmless, and flagged"),
        ("words", "word-removed", words("apple", "pear"), "the edit changes nothing"),
        ("others", "word-removed", words("pear"), "there is no checker others"),
        ("words", "word-removed", refused, "LookupError: its place is gone"),
    ],
)
def test_what_becomes_of_a_change(contract: str, rule: str, edit: Edit, wrong: str) -> None:
    change = PlantedChange(name="change", contract=contract, about="…", rule=rule, edit=edit)
    assert [each.wrong for each in prove([change], [WordsChecker()], BASE)] == [wrong]
