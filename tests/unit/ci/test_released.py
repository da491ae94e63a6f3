"""The gate sees an edited release."""

import shutil
from pathlib import Path

from ci.released import ROOT, edited


def test_what_is_released_here_is_unedited() -> None:
    assert edited() == []


def test_one_changed_byte_is_seen(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "contracts", tmp_path / "contracts")
    file = next((tmp_path / "contracts" / "released").glob("*/openapi.json"))
    file.write_bytes(file.read_bytes() + b" ")
    assert [str(file) in line for line in edited(tmp_path)] == [True]


def test_no_release_at_all_is_seen(tmp_path: Path) -> None:
    assert len(edited(tmp_path)) == 1
