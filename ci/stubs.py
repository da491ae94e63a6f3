"""Generate the Python stubs of proto/ into proto/gen, or check that what is committed is current.

    python -m ci.stubs           write proto/gen
    python -m ci.stubs --check   exit 1 and name the files when proto/gen is stale
    python -m ci.stubs --proto FOLDER --into FOLDER      what Python imports, of other sources into another folder

The stubs are committed so that an IDE and mypy need no build step; the check is part of the gate.
"""

import argparse
import filecmp
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROTO = ROOT / "proto"
GENERATED = PROTO / "gen"


KINDS = ("python", "grpc_python", "mypy", "mypy_grpc")
IMPORTED = KINDS[:2]
"""What programs import; the others are type hints."""


def generate(target: Path, proto: Path = PROTO, kinds: Sequence[str] = KINDS) -> None:
    """Write stubs and their type hints for every .proto file of `proto` below `target`. Raises CalledProcessError."""
    target.mkdir(parents=True, exist_ok=True)
    sources = sorted(str(path.relative_to(proto)) for path in proto.glob("shop/**/*.proto"))
    outputs = [f"--{kind}_out={target}" for kind in kinds]
    plugins = [
        f"--plugin=protoc-gen-{name}={Path(sys.executable).parent / f'protoc-gen-{name}'}" for name in ("mypy", "mypy_grpc")
    ]
    command = [sys.executable, "-m", "grpc_tools.protoc", f"--proto_path={proto}", *plugins, *outputs, *sources]
    subprocess.run(command, check=True, stderr=subprocess.PIPE, text=True)  # noqa: S603 - our own interpreter and files
    for folder in sorted({path.parent for path in target.glob("shop/**/*.py")}):
        while folder != target:
            (folder / "__init__.py").touch()
            folder = folder.parent
    (target / "shop" / "py.typed").touch()


def stale(fresh: Path, committed: Path) -> list[str]:
    """Names of files that differ, are missing or are left over, relative to the stubs' folder."""

    def names(root: Path) -> set[str]:
        return {str(p.relative_to(root)) for p in root.rglob("*") if p.is_file() and "__pycache__" not in p.parts}

    ours, theirs = names(fresh), names(committed)
    changed = {n for n in ours & theirs if not filecmp.cmp(fresh / n, committed / n, shallow=False)}
    return sorted((ours ^ theirs) | changed)


def stale_files() -> list[str]:
    """The errors of the stubs: empty when they are current."""
    with tempfile.TemporaryDirectory() as folder:
        generate(Path(folder))
        return [f"stale, run `make stubs`: {name}" for name in stale(Path(folder), GENERATED)]


def main() -> int:
    """Run the command line; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="only say whether the committed stubs are current")
    parser.add_argument("--proto", type=Path, default=PROTO, help="the folder of the sources")
    parser.add_argument("--into", type=Path, help="write there what Python imports, and leave proto/gen as it is")
    arguments = parser.parse_args()
    if arguments.into is not None:
        generate(arguments.into.resolve(), arguments.proto.resolve(), IMPORTED)
        return 0
    if arguments.check:
        faults = stale_files()
        sys.stdout.writelines(f"{fault}\n" for fault in faults)
        return 1 if faults else 0
    shutil.rmtree(GENERATED, ignore_errors=True)
    generate(GENERATED)
    sys.stdout.write(f"stubs written to {GENERATED.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
