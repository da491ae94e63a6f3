"""The command line: `python -m ci.images [--force] [name …]`, `python -m ci.images env`, `python -m ci.images list`.

Exit code 1 when an image could not be built, 2 for an unknown name, 69 when no Docker engine answers or images cannot be
built on this machine.
"""

import argparse
import os
import sys

from ci.images import engine
from ci.images.build import build
from ci.images.docker import CommandFailedError
from ci.images.machine import UnsuitableMachineError
from ci.images.recipes import IMAGES, environment

NICENESS = 10


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    """Run the command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m ci.images", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help="images to build (default: all), or `env` or `list`")
    parser.add_argument("--force", action="store_true", help="build anew, with today's packages")
    chosen = parser.parse_args(arguments)
    if chosen.names == ["env"]:
        say("\n".join(environment()))
        return 0
    if chosen.names == ["list"]:
        for image in IMAGES:
            say(f"{image.tag:32} {image.about}{f', in place of {image.official}' if image.official else ''}")
        return 0
    os.nice(NICENESS)
    try:
        engine.require()
        build(chosen.names, force=chosen.force, say=say)
    except ValueError as error:
        parser.error(str(error))
    except (UnsuitableMachineError, engine.EngineUnavailableError) as error:
        sys.stderr.write(f"{error}\n")
        return engine.NO_ENGINE
    except CommandFailedError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
