"""Runs every test that needs Docker: `python -m ci.containers [--only suite …] [--images auto|official|local]`.

An engine (started when there is none and this is root on Debian), images (the official ones that a registry gives out,
equivalents from Debian packages of the others), then the suites below, all of them even when one fails. Exit code 69,
with a message, when there is no engine, or nothing to build images from: then nothing was tested. Otherwise that of
the first suite that failed, or 1 when containers were left over. An engine started for this is stopped at the end.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from ci.images import engine
from ci.images.build import build
from ci.images.docker import CommandFailedError
from ci.images.machine import UnsuitableMachineError
from ci.images.official import missing, with_builders
from ci.images.recipes import IMAGES, environment

ROOT = Path(__file__).resolve().parent.parent
PYTEST = (sys.executable, "-m", "pytest")
CHAOS = (sys.executable, "-m", "harness.cli", "chaos", "run")
SUITES = {
    "conformance": (*PYTEST, "tests/conformance", "--ignore=tests/conformance/compose", "-k", "docker"),
    "order-flow": (*PYTEST, "tests/integration/order", "--provider=docker"),
    "experiments": (*CHAOS, "flash_sale", "identity_cache_down", "--seed=42", "--provider=docker"),
    "compose": (*PYTEST, "tests/conformance/compose"),
}
SWITCH = {"GAUNTLET_CONFORMANCE_DOCKER": "1"}
"""The variable with which pytest collects tests that need an engine."""
FRAME = "!" * 100


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def images(choice: str) -> Mapping[str, str]:
    """Variables that name the images to use; they are there afterwards. Raises what `build` raises."""
    if choice == "official":
        return {}
    wanted = IMAGES if choice == "local" else with_builders(missing(say))
    if not wanted:
        return {}
    build([image.name for image in wanted], force=False, say=say)
    return dict(line.split("=", 1) for line in environment(wanted))


def run_suites(suites: Sequence[str], settings: Mapping[str, str], arguments: Sequence[str]) -> int:
    """Run each suite in a process of its own; returns the exit code of the first that failed. `arguments` are for pytest."""
    codes = {}
    for name in suites:
        command = [*SUITES[name], *(arguments if SUITES[name][: len(PYTEST)] == PYTEST else ())]
        codes[name] = subprocess.run(command, cwd=ROOT, env=os.environ | settings | SWITCH, check=False).returncode  # noqa: S603 - those above
    for name, code in codes.items():
        say(f"{'FAIL' if code else 'ok  '} {name}")
    return next(filter(None, codes.values()), 0)


def stop_engine() -> int:
    """Stop the engine that was started for this; 1 when containers were left running, which are named and keep it running."""
    try:
        engine.stop(say)
    except engine.EngineUnavailableError as error:
        sys.stderr.write(f"FAIL left over: {error}\n")
        return 1
    return 0


def not_tested(reason: Exception) -> int:
    """Print the reason in a frame; returns the exit code 69."""
    sys.stdout.flush()
    sys.stderr.write(f"{FRAME}\nNOTHING THAT NEEDS DOCKER WAS TRIED: {reason}\n{FRAME}\n")
    return engine.NO_ENGINE


def main(arguments: list[str]) -> int:
    """Run the command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m ci.containers", description=__doc__)
    parser.add_argument("--only", action="append", choices=SUITES, help="run this suite only (default: all)")
    parser.add_argument("--images", choices=("auto", "official", "local"), default="auto")
    parser.add_argument("--keep-engine", action="store_true", help="leave an engine that was started for this running")
    parser.add_argument("pytest", nargs="*", help="passed on to pytest")
    chosen = parser.parse_args(arguments)
    try:
        started = engine.start(say)
    except engine.EngineUnavailableError as error:
        return not_tested(error)
    left = 0
    try:
        code = tried(chosen)
    finally:
        if started and not chosen.keep_engine:
            left = stop_engine()
    return code or left


def tried(chosen: argparse.Namespace) -> int:
    """Get the images, run the suites; returns the exit code."""
    try:
        return run_suites(chosen.only or list(SUITES), images(chosen.images), chosen.pytest)
    except UnsuitableMachineError as error:
        return not_tested(error)
    except CommandFailedError as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
