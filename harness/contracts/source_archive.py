"""The source of a released version as one of its documents, so that the version can be run again beside the current one.

A tar archive, compressed with xz, that depends on names and contents only: packing the same files gives the same bytes. It is
kept instead of a git reference, so that a shallow clone, or a copy without history, can run the last release too.
"""

import io
import lzma
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.contracts.checker import SourceError

DOCUMENT = "source.tar.xz"
"""The name of the document in a release."""
_LEFT_OUT = ("__pycache__", ".pyc")


@dataclass(frozen=True)
class SourceArchive:
    """A SavedSource. `folders` are packed under their keys: {"system": Path("system")}."""

    folders: Mapping[str, Path]
    document: str = DOCUMENT

    def read(self) -> bytes:
        """See SavedSource. Raises SourceError when a folder is not there."""
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
            for name, content in sorted(self._files()):
                entry = tarfile.TarInfo(name)
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))
        return lzma.compress(packed.getvalue(), preset=9)

    def _files(self) -> Iterator[tuple[str, bytes]]:
        for prefix, folder in self.folders.items():
            if not folder.is_dir():
                raise SourceError(f"{folder} is no folder, so there is no source to pack; call this from the repository's root")
            for path in folder.rglob("*"):
                inside = path.relative_to(folder)
                if path.is_file() and not any(part.endswith(_LEFT_OUT) or part.startswith(".") for part in inside.parts):
                    yield f"{prefix}/{inside.as_posix()}", path.read_bytes()


def unpack(archive: bytes, folder: Path) -> Path:
    """The packed files in a folder, which is made; returns it. Raises SourceError for what is no such archive."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:xz") as packed:
            packed.extractall(folder, filter="data")
    except (tarfile.TarError, lzma.LZMAError) as error:
        raise SourceError(f"the released source cannot be unpacked: {error}") from error
    return folder
