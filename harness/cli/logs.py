"""gauntlet logs: print the logs of members of a stack, also after it has ended."""

import re
import sys
import threading
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from harness.cli.console import print_error
from harness.cli.options import Name, stack_folder
from harness.exit_codes import ExitCode
from harness.stack.process import tail
from harness.stack.stack_folder import OWNER_LOG, in_use

_POLL_S = 0.2


def logs(
    service: Annotated[str, typer.Argument(help="A service (all its instances), an instance, a server, or `owner`.")],
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl-C or the end of the stack.")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", min=0, help="How many of the last lines.")] = 100,
    name: Name = "default",
) -> None:
    """Print the last lines of a log. With several instances each line begins with the name of its instance."""
    folder = stack_folder(name)
    files = log_files(folder, service)
    if not files:
        known = sorted(path.stem for path in (folder / "logs").glob("*.log"))
        print_error(f"no log of {service} in {folder}; there are {', '.join(known) or 'none'}")
        raise typer.Exit(ExitCode.USAGE)
    prefixes = {path: f"{path.stem} | " if len(files) > 1 else "" for path in files}
    sizes = {path: path.stat().st_size for path in files}
    for path in files:
        _print(tail(path, lines) if lines else "", prefixes[path])
    if follow:
        try:
            _follow(folder, sizes, prefixes)
        except KeyboardInterrupt:
            raise typer.Exit(ExitCode.INTERRUPTED) from None


def log_files(folder: Path, service: str) -> list[Path]:
    """The log of an instance or server of that name, or those of all instances of a service."""
    if service == "owner":
        return [path for path in [folder / OWNER_LOG] if path.is_file()]
    instance = re.compile(rf"{re.escape(service)}(-\d+)?")
    return sorted(path for path in (folder / "logs").glob("*.log") if instance.fullmatch(path.stem))


def _follow(folder: Path, sizes: dict[Path, int], prefixes: dict[Path, str]) -> None:
    never = threading.Event()
    files: dict[Path, BinaryIO] = {path: path.open("rb") for path in sizes}
    try:
        for path, file in files.items():
            file.seek(sizes[path])
        running = True
        while running:
            running = in_use(folder)  # asked before reading: what is written last is still printed
            for path, file in files.items():
                _print(file.read().decode(errors="replace"), prefixes[path])
            if running:
                never.wait(_POLL_S)
    finally:
        for file in files.values():
            file.close()


def _print(text: str, prefix: str) -> None:
    for line in text.splitlines():
        sys.stdout.write(f"{prefix}{line}\n")
    sys.stdout.flush()
