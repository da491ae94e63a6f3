"""Runs buf, the kept tool for lint, breaking changes and images of .proto files: https://buf.build/docs/breaking/rules."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.contracts.checker import SourceError

_FOUND = 100
"""buf's exit code for findings; a build that fails ends with it, too."""


@dataclass(frozen=True)
class Complaint:
    """One finding of buf: its rule, the file, the 1-based place in it (0: none), and buf's words."""

    rule: str
    file: str
    line: int
    column: int
    message: str


def build(folder: Path) -> bytes:
    """The image (a FileDescriptorSet with source info) of a folder with .proto files and a buf.yaml. Raises SourceError."""
    return _run(["build", str(folder), "-o", "-#format=binpb"]).stdout


def complaints(
    command: Sequence[str], config: Mapping[str, object], image: bytes, against: bytes | None = None
) -> list[Complaint]:
    """What `buf lint` or `buf breaking` says of an image. Raises SourceError."""
    with tempfile.TemporaryDirectory(prefix="gauntlet-buf-") as folder:
        file = Path(folder) / "image.binpb"
        file.write_bytes(image)
        arguments = [*command, str(file), "--config", json.dumps({"version": "v2", **config}), "--error-format", "json"]
        if against is not None:
            other = Path(folder) / "against.binpb"
            other.write_bytes(against)
            arguments += ["--against", str(other)]
        done = _run(arguments, accepted=(0, _FOUND))
    return [_complaint(json.loads(line)) for line in done.stdout.splitlines()]


def _complaint(content: Mapping[str, object]) -> Complaint:
    return Complaint(
        rule=str(content["type"]),
        file=str(content.get("path", "")),
        line=int(str(content.get("start_line", 0))),
        column=int(str(content.get("start_column", 0))),
        message=str(content["message"]),
    )


def _run(arguments: Sequence[str], accepted: Sequence[int] = (0,)) -> "subprocess.CompletedProcess[bytes]":
    program = Path(sys.executable).parent / "buf"
    try:
        done = subprocess.run([str(program), *arguments], capture_output=True, check=False)  # noqa: S603 - buf
    except FileNotFoundError as error:
        raise SourceError(f"{program} is missing: `make setup` installs it (buf-bin)") from error
    if done.returncode not in accepted:
        raise SourceError(f"buf {arguments[0]}: {(done.stderr or done.stdout).decode(errors='replace').strip()}")
    return done
