import tempfile
from pathlib import Path

import pytest

from harness.stack.errors import StackError
from harness.stack.safe_paths import is_safe, make_safe_folder
from harness.stack.stack_folder import StackFolder, in_use


@pytest.mark.parametrize("name", ["it's", "a b", 'a"b', "a$b", "a;b", "ü", "a\nb", "a:b", "x" * 200])
def test_what_a_shell_or_a_server_stumbles_over_is_not_safe(name: str) -> None:
    assert not is_safe(Path("/tmp") / name)  # noqa: S108 - nothing is written
    assert is_safe(Path("/tmp/pytest-of-root/pytest-1/test_x0"))  # noqa: S108 - the same


def test_a_safe_folder_is_made_also_where_the_users_own_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "my tmp"))
    folder = make_safe_folder()
    assert is_safe(folder)
    folder.rmdir()


def test_where_there_is_none_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "my tmp"))
    monkeypatch.setattr("harness.stack.safe_paths._PLACES", ())
    with pytest.raises(StackError, match="set TMPDIR"):
        make_safe_folder()


def test_the_data_of_a_stack_in_such_a_folder_lie_elsewhere_and_go_with_it(tmp_path: Path) -> None:
    folder = StackFolder(tmp_path / "it's mine")
    folder.acquire()
    assert is_safe(folder.data)
    (folder.data / "file").touch()
    assert (folder.path / "data" / "file").exists(), "it is found from the folder, too"
    assert set(folder.passing) == {folder.data, folder.path / "data", folder.manifest}
    folder.release()

    again = StackFolder(folder.path)  # owner and guard were killed together
    again.acquire()
    assert not folder.data.exists()
    assert again.data != folder.data
    again.clear_remains()
    again.release()
    assert not again.data.exists()
    assert not (again.path / "data").is_symlink()
    assert not in_use(again.path)


def test_a_link_to_what_is_not_ours_is_not_followed(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    folder = StackFolder(tmp_path / "it's mine")
    folder.path.mkdir()
    (folder.path / "data").symlink_to(precious)
    folder.acquire()
    assert precious.exists()
    folder.clear_remains()
    folder.release()
