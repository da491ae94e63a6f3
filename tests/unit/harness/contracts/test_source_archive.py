"""The same files are the same bytes, whenever they were written, and come back as they were."""

import os
from pathlib import Path

import pytest

from harness.contracts.checker import SourceError
from harness.contracts.source_archive import SourceArchive, unpack


def shop(folder: Path) -> Path:
    (folder / "order" / "__pycache__").mkdir(parents=True)
    (folder / "order" / "rpc.py").write_text("answer = 42\n")
    (folder / "order" / "__pycache__" / "rpc.cpython-311.pyc").write_bytes(b"\0")
    (folder / ".hidden").write_text("not source")
    return folder


def test_what_is_packed_comes_back(tmp_path: Path) -> None:
    packed = SourceArchive({"system": shop(tmp_path / "a")}).read()
    back = unpack(packed, tmp_path / "back")
    assert [path.relative_to(back).as_posix() for path in back.rglob("*") if path.is_file()] == ["system/order/rpc.py"]
    assert (back / "system" / "order" / "rpc.py").read_text() == "answer = 42\n"


def test_the_bytes_depend_on_names_and_contents_only(tmp_path: Path) -> None:
    first, second = shop(tmp_path / "a"), shop(tmp_path / "b")
    os.utime(second / "order" / "rpc.py", (1, 1))
    packed = SourceArchive({"system": first}).read()
    assert packed == SourceArchive({"system": second}).read()
    (second / "order" / "rpc.py").write_text("answer = 43\n")
    assert packed != SourceArchive({"system": second}).read()


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="is no folder"):
        SourceArchive({"system": tmp_path / "none"}).read()
    with pytest.raises(SourceError, match="cannot be unpacked"):
        unpack(b"no archive", tmp_path / "x")
