from pathlib import Path

from ci.stubs import stale


def test_changed_missing_and_left_over_files_are_stale(tmp_path: Path) -> None:
    fresh, committed = tmp_path / "fresh", tmp_path / "committed"
    for root, files in (
        (fresh, {"same": "1", "changed": "2", "new": "3"}),
        (committed, {"same": "1", "changed": "x", "old": "4"}),
    ):
        root.mkdir()
        for name, content in files.items():
            (root / name).write_text(content)
    assert stale(fresh, committed) == ["changed", "new", "old"]
    assert stale(fresh, fresh) == []
