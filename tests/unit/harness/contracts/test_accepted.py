"""The acceptance file: read strictly, because an entry that is misread lets a breaking change pass."""

from pathlib import Path

import pytest

from harness.contracts.accepted import AcceptanceError, load

ENTRY = """
[[accepted]]
against = "0.1.0"
contract = "openapi"
rule = "property-removed"
where = "GET /orders *"
reason = "nobody reads it"
"""


def test_a_missing_file_accepts_nothing(tmp_path: Path) -> None:
    assert load(tmp_path / "accepted.toml") == ()


def test_an_entry_is_read(tmp_path: Path) -> None:
    file = tmp_path / "accepted.toml"
    file.write_text(ENTRY)
    assert [each.where for each in load(file)] == ["GET /orders *"]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (ENTRY.replace('reason = "nobody reads it"', ""), "entry 1, reason"),
        (ENTRY.replace("nobody reads it", "   "), "entry 1, reason"),
        (ENTRY.replace("nobody reads it", "ok"), "entry 1, reason"),
        (ENTRY + 'until = "0.2.0"', "entry 1, until"),
        (ENTRY + "[[accepted]]\n", "entry 2, against"),
        ("[accepted]\n", "accepted"),
        ("[[accept]]\n", "accept"),
        ("accepted =", "accepted.toml"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, wrong: str, told: str) -> None:
    file = tmp_path / "accepted.toml"
    file.write_text(wrong)
    with pytest.raises(AcceptanceError, match=told):
        load(file)
