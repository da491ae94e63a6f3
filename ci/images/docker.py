"""Runs docker commands, and reads an image's recipe and size."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

TEMPLATE = '{{index .Config.Labels "gauntlet.recipe"}} {{.Size}}'

LAST_LINES = 30


class CommandFailedError(Exception):
    """A command ended with another code than 0; the message has the end of its output."""


def run(command: Sequence[str | Path], *, timeout_s: float, cwd: Path | None = None) -> str:
    """Run a command; returns its output. Raises CommandFailedError, also when it does not end in time."""
    said = [str(part) for part in command]
    try:
        done = subprocess.run(  # noqa: S603 - commands of this package, no shell
            said, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=timeout_s, check=False, cwd=cwd
        )
    except subprocess.TimeoutExpired as error:
        raise CommandFailedError(f"`{' '.join(said)}` did not end within {timeout_s:g} s") from error
    except FileNotFoundError as error:
        raise CommandFailedError(f"{said[0]} is not installed") from error
    if done.returncode:
        tail = "\n".join(done.stdout.splitlines()[-LAST_LINES:])
        raise CommandFailedError(f"`{' '.join(said)}` ended with code {done.returncode}:\n{tail}")
    return done.stdout


def inspect(tag: str) -> tuple[str, int] | None:
    """The recipe an image was built by ("" for one that is not ours) and its size in bytes; None when it is not there."""
    try:
        recipe, _, size = run(["docker", "image", "inspect", "--format", TEMPLATE, tag], timeout_s=30).strip().rpartition(" ")
    except CommandFailedError:
        return None
    return recipe.replace("<no value>", ""), int(size)
