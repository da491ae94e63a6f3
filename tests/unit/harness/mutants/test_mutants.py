"""A mutant is planted in a copy, exactly as its file says, and one that the system has outgrown is told, not passed over."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from harness.mutants import Beside, Edit, Mutant, MutantError, load, planted

FILE = """
about = "It forgets."
experiment = "sale"
guarantee = "kept"

[[edits]]
file = "order/store.py"
find = "keep = True"
replace = "keep = False"
"""


@pytest.fixture
def topology(tmp_path: Path) -> Path:
    system = tmp_path / "system"
    (system / "order").mkdir(parents=True)
    (system / "order" / "store.py").write_text("keep = True\n")
    (system / "order" / "__pycache__").mkdir()
    (system / "services.toml").write_text("")
    return system / "services.toml"


def mutant(find: str = "keep = True", file: str = "order/store.py") -> Mutant:
    edit = Edit(file=file, find=find, replace="keep = False")
    return Mutant(name="forgets", about="It forgets.", experiment="sale", guarantee="kept", edits=(edit,))


def test_a_file_is_a_mutant_named_like_it(tmp_path: Path) -> None:
    (tmp_path / "forgets.toml").write_text(FILE)
    assert load(tmp_path) == (mutant(),)


NEITHER, BOTH = FILE.replace('experiment = "sale"', ""), FILE.replace("guarantee", 'fuzz = "across_users"\nguarantee', 1)


def test_a_part_of_fuzz_may_be_what_catches_it(tmp_path: Path) -> None:
    (tmp_path / "forgets.toml").write_text(FILE.replace("experiment", "fuzz"))
    assert load(tmp_path)[0].detector == "fuzz sale"


@pytest.mark.parametrize("text", ["about = ", 'about = "x"', FILE + "\n[other]\n", FILE.replace("find", "fnid"), NEITHER, BOTH])
def test_what_cannot_be_read_names_its_file(tmp_path: Path, text: str) -> None:
    (tmp_path / "odd.toml").write_text(text)
    with pytest.raises(MutantError, match=r"odd\.toml"):
        load(tmp_path)


def test_a_contract_may_be_what_catches_it(tmp_path: Path) -> None:
    (tmp_path / "forgets.toml").write_text(FILE.replace("experiment", "contracts"))
    (read,) = load(tmp_path)
    assert (read.detector, read.command) == ("contracts sale", "contracts sale")
    assert mutant().command == "experiment sale"


def test_the_copy_has_the_bug_the_system_has_not_and_nothing_is_left(topology: Path) -> None:
    with planted(mutant(), topology) as copy:
        assert (copy.parent / "order" / "store.py").read_text() == "keep = False\n"
        assert not (copy.parent / "order" / "__pycache__").exists()
        assert copy.name == "services.toml"
    assert not copy.parent.parent.exists()
    assert (topology.parent / "order" / "store.py").read_text() == "keep = True\n"


@pytest.mark.parametrize(
    ("outgrown", "said"), [(mutant(find="keep ="), None), (mutant(find="nix"), "0 times"), (mutant(file="nix.py"), "no nix.py")]
)
def test_a_mutant_that_the_system_has_outgrown_is_told(topology: Path, outgrown: Mutant, said: str | None) -> None:
    if said is None:
        (topology.parent / "order" / "store.py").write_text("keep = True\nkeep = True\n")
        said = "2 times"
    with pytest.raises(MutantError, match=said), planted(outgrown, topology):
        pass


BUILT = (
    "from pathlib import Path; import sys; Path(sys.argv[2], 'made.py').write_text(Path(sys.argv[1], 'a.proto').read_text())"
)


@pytest.fixture
def words(topology: Path) -> Beside:
    folder = topology.parent.parent / "words"
    folder.mkdir()
    (folder / "a.proto").write_text("keep = True\n")
    return Beside(folder=folder, build=(sys.executable, "-c", BUILT, "{folder}", "{into}"))


def test_what_is_generated_from_a_changed_folder_stands_beside_the_copy(topology: Path, words: Beside) -> None:
    with planted(mutant(file="../words/a.proto"), topology, (words,)) as copy:
        assert (copy.parent.parent / "made.py").read_text() == "keep = False\n"
        assert (copy.parent / "order" / "store.py").read_text() == "keep = True\n"
    assert (words.folder / "a.proto").read_text() == "keep = True\n"
    assert not (words.folder.parent / "made.py").exists()


def test_a_folder_that_is_not_changed_is_there_and_is_not_built(topology: Path, words: Beside) -> None:
    with planted(mutant(), topology, (words,)) as copy:
        assert (copy.parent.parent / "words" / "a.proto").read_text() == "keep = True\n"
        assert not (copy.parent.parent / "made.py").exists()
    assert (words.folder / "a.proto").exists()


def test_a_change_that_cannot_be_built_is_told(topology: Path, words: Beside) -> None:
    broken = replace(words, build=(sys.executable, "-c", "raise SystemExit('no such type')"))
    with pytest.raises(MutantError, match="no such type"), planted(mutant(file="../words/a.proto"), topology, (broken,)):
        pass


@pytest.mark.parametrize("file", ["../words/a.proto", "../other/a.proto", "../words/../words/a.proto"])
def test_a_folder_that_is_not_declared_is_never_changed(topology: Path, words: Beside, file: str) -> None:
    (topology.parent.parent / "other").mkdir()
    (topology.parent.parent / "other" / "a.proto").write_text("keep = True\n")
    known = () if file == "../words/a.proto" else (words,)
    with pytest.raises(MutantError, match="outside the system"), planted(mutant(file=file), topology, known):
        pass
    assert "False" not in (words.folder / "a.proto").read_text()
