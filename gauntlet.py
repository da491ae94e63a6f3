"""The command `gauntlet`: runs the package `harness` that lies beside this file, whatever else is called so.

`harness` is a name that others use as well: a package of the working folder or of PYTHONPATH would be imported in place of
ours. This module is found by its own name, or started by its path, and loads ours from where it is.

    python -P gauntlet.py ARGUMENTS…                        what `gauntlet ARGUMENTS…` does
    python -P gauntlet.py --module harness.X ARGUMENTS…     what `python -m harness.X ARGUMENTS…` does

Standard library only, and nothing of ours before `pin`.
"""

import importlib.util
import runpy
import sys
from pathlib import Path

PACKAGE = "harness"


def pin() -> None:
    """From now on `import harness` means ours."""
    folder = Path(__file__).resolve().parent / PACKAGE
    spec = importlib.util.spec_from_file_location(PACKAGE, folder / "__init__.py", submodule_search_locations=[str(folder)])
    if spec is None or spec.loader is None:
        raise ImportError(f"{folder} is no package")
    module = importlib.util.module_from_spec(spec)
    sys.modules[PACKAGE] = module
    spec.loader.exec_module(module)


def main() -> None:
    """Run the command line."""
    pin()
    if sys.argv[1:2] == ["--module"]:
        _, _, name, *arguments = sys.argv
        sys.argv = [name, *arguments]
        runpy.run_module(name, run_name="__main__", alter_sys=True)
        return
    from harness.cli import main as command_line

    command_line()


if __name__ == "__main__":
    main()
