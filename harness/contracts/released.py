"""Released versions: a folder of documents each, which nobody edits any more, and a manifest of their SHA-256 sums.

    contracts/released/SHA256SUMS          `sha256sum -c` reads it
    contracts/released/0.1.0/openapi.json

A version is compared with by number (1.10.0 is after 1.9.0).
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.contracts.documents import Documents

MANIFEST = "SHA256SUMS"
_VERSION = re.compile(r"\d+\.\d+\.\d+")


class ReleaseError(Exception):
    """No such release, one that exists already, or a version that is none."""


@dataclass(frozen=True)
class Releases:
    """The released versions in a folder."""

    folder: Path

    def versions(self) -> list[str]:
        """Their numbers, the oldest first."""
        if not self.folder.is_dir():
            return []
        found = [place.name for place in self.folder.iterdir() if place.is_dir() and _VERSION.fullmatch(place.name)]
        return sorted(found, key=_number)

    def load(self, version: str = "") -> Documents:
        """The documents of a version, of the newest one by default. Raises ReleaseError."""
        known = self.versions()
        if not known:
            raise ReleaseError(f"nothing is released in {self.folder}: `gauntlet contracts release VERSION` does it")
        chosen = version or known[-1]
        if chosen not in known:
            raise ReleaseError(f"{chosen} is not released; released are {', '.join(known)}")
        return Documents(chosen, {file.name: file.read_bytes() for file in sorted((self.folder / chosen).iterdir())})

    def require_new(self, version: str) -> None:
        """Raises ReleaseError for what is no version, or none after the last one."""
        if not _VERSION.fullmatch(version):
            raise ReleaseError(f"{version!r} is no version: three numbers are needed, such as 0.2.0")
        known = self.versions()
        if known and _number(version) <= _number(known[-1]):
            raise ReleaseError(f"{version} is not newer than {known[-1]}; what is released is never written again")

    def add(self, version: str, documents: Documents) -> Path:
        """Save documents as a version, and note their sums. Raises ReleaseError as `require_new` does."""
        self.require_new(version)
        folder = self.folder / version
        folder.mkdir(parents=True)
        sums = [f"{_sum(content)}  {version}/{name}\n" for name, content in sorted(documents.files.items())]
        for name, content in documents.files.items():
            (folder / name).write_bytes(content)
        with (self.folder / MANIFEST).open("a") as manifest:
            manifest.writelines(sums)
        return folder

    def edited(self) -> Iterator[str]:
        """One line for every released file that is not as it was released, missing, or not in the manifest."""
        manifest = self.folder / MANIFEST
        lines = manifest.read_text().splitlines() if manifest.is_file() else []
        noted = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
        present = {
            str(file.relative_to(self.folder)): _sum(file.read_bytes())
            for version in self.versions()
            for file in sorted((self.folder / version).rglob("*"))
            if file.is_file()
        }
        for name in sorted(noted.keys() | present.keys()):
            if name not in present:
                yield f"{self.folder / name} was released and is gone: restore it from git"
            elif name not in noted:
                yield f"{self.folder / name} is in no release: remove it, or release it with `gauntlet contracts release`"
            elif present[name] != noted[name]:
                yield f"{self.folder / name} was edited after its release: restore it from git; accept changes in accepted.toml"


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _sum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
