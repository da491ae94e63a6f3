"""Docker compose: the plugin where it is installed, else docker-compose, else the plugin of Debian sid.

The plugin is one static program; it is taken out of its package (checked by apt) into the folder of docker's plugins.
Nothing else of sid gets onto this machine.
"""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from ci.images import machine
from ci.images.docker import CommandFailedError, run

PLUGINS = Path("/usr/local/lib/docker" if os.geteuid() == 0 else "~/.docker").expanduser() / "cli-plugins"
PACKAGE = "docker-compose"
CANDIDATES = (("docker", "compose"), ("docker-compose",))


def command() -> tuple[str, ...] | None:
    """How compose is called on this machine; None when there is none."""
    return next((candidate for candidate in CANDIDATES if _version(candidate)), None)


def ensure(say: Callable[[str], None]) -> str:
    """The version of compose, fetched when there is none. Raises CommandFailedError, UnsuitableMachineError or OSError."""
    found = command()
    if found is None:
        say("fetching docker compose from Debian sid")
        _fetch()
        found = command()
    if found is None:
        raise CommandFailedError(f"docker does not know compose with {PLUGINS / PACKAGE} in place")
    return f"{_version(found)} ({' '.join(found)})"


def _version(candidate: tuple[str, ...]) -> str:
    try:
        return run([*candidate, "version", "--short"], timeout_s=20).strip()
    except CommandFailedError:
        return ""


def _fetch() -> None:
    with tempfile.TemporaryDirectory(prefix="gauntlet-compose-") as name:
        folder = Path(name)
        for part in ("lists/partial", "cache/archives/partial", "parts"):
            (folder / part).mkdir(parents=True)
        (folder / "sources.list").write_text(machine.archive().line("sid") + "\n")
        own = {
            "Dir::Etc::SourceList": folder / "sources.list",
            "Dir::Etc::SourceParts": folder / "parts",
            "Dir::State::Lists": folder / "lists",
            "Dir::Cache": folder / "cache",
            "APT::Sandbox::User": "root",
        }
        options = [f"-o{name}={value}" for name, value in own.items()]
        run(["apt-get", "-qq", *options, "update"], timeout_s=300)
        run(["apt-get", "-qq", *options, "download", PACKAGE], timeout_s=300, cwd=folder)
        run(["dpkg-deb", "--extract", next(folder.glob("*.deb")), folder / "out"], timeout_s=60)
        PLUGINS.mkdir(parents=True, exist_ok=True)
        shutil.copy2(next((folder / "out").rglob(f"cli-plugins/{PACKAGE}")), PLUGINS / PACKAGE)
