"""Releases: saved once, never edited."""

from pathlib import Path

import pytest

from harness.contracts.released import MANIFEST, ReleaseError, Releases
from tests.unit.harness.contracts.contracts import documents


@pytest.fixture
def releases(tmp_path: Path) -> Releases:
    made = Releases(tmp_path / "released")
    made.add("1.9.0", documents("current", "apple"))
    made.add("1.10.0", documents("current", "apple", "pear"))
    return made


def test_the_newest_is_the_highest_number(releases: Releases) -> None:
    assert releases.versions() == ["1.9.0", "1.10.0"]
    assert releases.load().json("words.json") == ["apple", "pear"]
    assert releases.load("1.9.0").version == "1.9.0"


def test_what_is_released_passes(releases: Releases) -> None:
    assert list(releases.edited()) == []


def test_an_edited_file_is_seen(releases: Releases) -> None:
    (releases.folder / "1.9.0" / "words.json").write_bytes(b"[]")
    assert [line.split()[0] for line in releases.edited()] == [str(releases.folder / "1.9.0" / "words.json")]


def test_a_removed_and_an_added_file_are_seen(releases: Releases) -> None:
    (releases.folder / "1.9.0" / "words.json").rename(releases.folder / "1.9.0" / "others.json")
    told = "\n".join(releases.edited())
    assert "words.json was released and is gone" in told
    assert "others.json is in no release" in told


def test_a_manifest_that_is_gone_is_seen(releases: Releases) -> None:
    (releases.folder / MANIFEST).unlink()
    assert len(list(releases.edited())) == 2


@pytest.mark.parametrize("version", ["1.10.0", "1.9.1", "2", "next", "../1.11.0"])
def test_a_version_that_is_not_newer_is_refused(releases: Releases, version: str) -> None:
    with pytest.raises(ReleaseError):
        releases.add(version, documents("current"))


def test_an_unknown_version_is_told_with_what_there_is(releases: Releases) -> None:
    with pytest.raises(ReleaseError, match=r"1\.9\.0, 1\.10\.0"):
        releases.load("3.0.0")
