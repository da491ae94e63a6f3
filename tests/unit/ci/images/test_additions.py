import ast
import sys
from importlib.metadata import packages_distributions

import pytest

from ci.images.additions import PROXY_PACKAGES, REQUIREMENTS, ROOT, additions
from ci.images.requirements import closure, parse


def test_an_image_without_additions_takes_nothing_along() -> None:
    assert additions("redis") == {}


def test_the_stand_in_takes_along_every_module_of_ours_that_it_imports() -> None:
    taken = set(additions("toxiproxy"))
    assert {path.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for path in taken} >= {
        name for name in imported() if name.startswith("harness")
    }


def test_the_stand_in_installs_every_package_that_it_imports() -> None:
    owners = packages_distributions()
    kept = {entry.name for entry in closure(parse((ROOT / "requirements.lock").read_text()), PROXY_PACKAGES)}
    outside = {name.partition(".")[0] for name in imported()} - set(sys.stdlib_module_names) - {"harness"}
    assert outside >= {"starlette", "uvicorn", "prometheus_client"}
    assert {name for name in outside if not kept & {owner.lower().replace("_", "-") for owner in owners[name]}} == set()
    assert b"--hash=sha256:" in additions("toxiproxy")[REQUIREMENTS]


def test_a_package_that_the_lock_file_has_not_got_is_refused() -> None:
    with pytest.raises(ValueError, match="no nonsense"):
        closure(parse((ROOT / "requirements.lock").read_text()), {"nonsense"})


def imported() -> set[str]:
    """Modules that the stand-in imports, by the sources that go into its image."""
    sources = [(ROOT / "ci/images/toxiproxy/toxiproxy.py").read_text()]
    sources += [content.decode() for path, content in additions("toxiproxy").items() if path.endswith(".py")]
    found: set[str] = set()
    for node in (node for source in sources for node in ast.walk(ast.parse(source))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
    return found
