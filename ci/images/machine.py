"""Package sources of this machine: the mirror, keys and options of its apt, the indexes of its pip.

The images are built with exactly these, so that no address is written here, and a host behind a proxy or with a mirror
needs no second configuration. Settings are read from the tools' own output where they print them, else from files.
"""

import platform
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PIP_NETWORK = frozenset({"index-url", "extra-index-url", "trusted-host", "proxy", "timeout", "default-timeout", "retries"})


class UnsuitableMachineError(Exception):
    """The images cannot be built here; the message is the reason."""


@dataclass(frozen=True)
class Archive:
    """A mirror of Debian's archive, and the file with the keys it is signed with ("": those that apt trusts anyway)."""

    uri: str
    keys: str

    def line(self, suite: str) -> str:
        """A line of sources.list for one of its suites."""
        option = f"[signed-by={self.keys}] " if self.keys else ""
        return f"deb {option}{self.uri} {suite} main"


def parse_targets(text: str) -> list[Mapping[str, str]]:
    """The records that `apt-get indextargets` prints."""
    records = (re.findall(r"^([\w-]+): (.*)$", block, re.MULTILINE) for block in text.split("\n\n"))
    return [dict(record) for record in records if record]


def archive_of(targets: Sequence[Mapping[str, str]], codename: str) -> Archive:
    """The mirror this machine takes its own Debian release from. Raises UnsuitableMachineError when there is none."""
    wanted = {"Origin": "Debian", "Codename": codename, "Component": "main"}
    for target in targets:
        if wanted.items() <= target.items():
            return Archive(target["Repo-URI"], _keys(Path(target["Sourcesentry"].rpartition(":")[0])))
    raise UnsuitableMachineError(f"apt knows no mirror of Debian {codename!r}: images are built on Debian machines only")


def _keys(sources: Path) -> str:
    """The keyring that a file of sources names, in either of apt's formats."""
    text = sources.read_text() if sources.is_file() else ""
    named = re.search(r"^Signed-By:\s*(/\S+)|\bsigned-by=(/[^\s\],]+)", text, re.MULTILINE | re.IGNORECASE)
    return next((key for key in named.groups() if key), "") if named else ""


def acquire_options(dump: str) -> tuple[str, ...]:
    """Of the output of `apt-config dump`, the options for reaching the mirror: proxies, authorities, validity of dates."""
    found = re.findall(r'^(Acquire::(?:https?::|Check-)\S+ ".+");$', dump, re.MULTILINE)
    return tuple(found)


def network_settings(listed: str) -> Mapping[str, str]:
    """Of the output of `pip config list`, the settings that are valid on another machine; the environment overrides files."""
    values: dict[str, str] = {}
    pairs = re.findall(r"^(\S+?)='(.*)'$", listed, re.MULTILINE)
    for name, value in sorted(pairs, key=lambda pair: pair[0].startswith(":env:")):
        remote = [part for part in value.split() if not part.startswith(("file:", "/"))]
        if (key := name.rpartition(".")[2]) in PIP_NETWORK and remote:
            values[key] = " ".join(remote)
    return values


def _output(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603 - fixed commands
    except FileNotFoundError as error:
        raise UnsuitableMachineError(f"{command[0]} is not installed: images are built on Debian machines only") from error


def archive() -> Archive:
    """This machine's mirror of Debian. Raises UnsuitableMachineError."""
    codename = platform.freedesktop_os_release().get("VERSION_CODENAME", "")
    return archive_of(parse_targets(_output("apt-get", "indextargets", "Created-By: Packages")), codename)


def apt_options() -> tuple[str, ...]:
    """This machine's apt options for reaching the mirror."""
    return acquire_options(_output("apt-config", "dump"))


def pip_configuration(python: str) -> str:
    """A pip.conf with the indexes that this machine uses."""
    settings = network_settings(_output(python, "-m", "pip", "config", "list"))
    return "\n".join(["[global]", *(f"{key} = {value}" for key, value in sorted(settings.items()))]) + "\n"
