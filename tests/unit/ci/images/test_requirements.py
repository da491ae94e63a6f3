import ast
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from ci.images.requirements import HARNESS_ONLY, entries, needed, parse

ROOT = Path(__file__).resolve().parents[4]
LOCK = """\
app==1.0 \\
    --hash=sha256:aa
    # via gauntlet (pyproject.toml)
below==2.0 \\
    --hash=sha256:bb \\
    --hash=sha256:bc
    # via
    #   app
    #   tester
charts==3.0 ; python_full_version < '3.11.3' \\
    --hash=sha256:cc
    # via altair
altair==1.0 \\
    --hash=sha256:dd
    # via gauntlet (pyproject.toml)
tester==1.0 \\
    --hash=sha256:ee
    # via gauntlet (pyproject.toml:dev)
shared==1.0 \\
    --hash=sha256:ff
    # via
    #   gauntlet (pyproject.toml:dev)
    #   below
"""


def test_the_services_get_what_they_depend_on_and_nothing_of_tests_and_harness() -> None:
    kept = needed(parse(LOCK))
    assert [entry.name for entry in kept] == ["app", "below", "shared"]
    assert kept[1].text == "below==2.0 \\\n    --hash=sha256:bb \\\n    --hash=sha256:bc"


def test_every_import_of_the_services_is_in_their_image() -> None:
    """The lock file's comments are what decides; this is the check on them."""
    owners = packages_distributions()
    kept = {entry.name for entry in needed(parse((ROOT / "requirements.lock").read_text()))}
    imported = {name for path in (ROOT / "system").rglob("*.py") for name in top_level_imports(path)}
    outside = imported - set(sys.stdlib_module_names) - {"system", "shop"}
    assert outside
    assert {name for name in outside if not kept & set(map(normal, owners.get(name, [])))} == set()


def test_what_is_left_out_is_in_the_lock_file() -> None:
    everything = parse((ROOT / "requirements.lock").read_text())
    left_out = {entry.name for entry in everything} - {entry.name for entry in needed(everything)}
    assert left_out > HARNESS_ONLY | {"pytest", "mypy", "ruff"}


def test_a_lock_file_that_does_not_say_who_asked_is_refused() -> None:
    with pytest.raises(ValueError, match="without annotations"):
        needed(parse(LOCK.replace("via gauntlet (pyproject.toml)", "")))


def test_the_command_prints_a_requirements_file(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text(LOCK)
    assert entries(lock).startswith("app==1.0 \\\n    --hash=sha256:aa\nbelow==2.0")


def normal(distribution: str) -> str:
    return distribution.lower().replace("_", "-").replace(".", "-")


def top_level_imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found
