"""The pytest plugin's entry point: loads harness.pytest_plugin when that is ours, and says so in one line when it is not.

`harness` is a name that others use as well, and a test session imports what its own paths lead to. This module is found by
its own name, so it can tell. Standard library and pytest only, before that is known.
"""

import importlib.util
from pathlib import Path

import pytest

from gauntlet import PACKAGE

_OURS = Path(__file__).resolve().parent / PACKAGE / "__init__.py"


def require_ours() -> None:
    """Raises pytest.UsageError, naming the other one, when `import harness` finds another than that beside this file."""
    spec = importlib.util.find_spec(PACKAGE)
    found = spec.origin if spec is not None and spec.origin is not None else "a folder without __init__.py"
    if Path(found).resolve() != _OURS:
        raise pytest.UsageError(
            f"import {PACKAGE} finds {found}, which is not gauntlet's {_OURS}: take it out of PYTHONPATH and the working "
            "folder, or run pytest without this plugin (-p no:gauntlet -p no:shop)"
        )


require_ours()
pytest_plugins = ("harness.pytest_plugin.plugin",)
