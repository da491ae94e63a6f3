"""The shop as it was released last, to be started again: its source is one of the documents of the release."""

from pathlib import Path

import chaos
from harness.contracts.released import Releases
from harness.contracts.source_archive import DOCUMENT, unpack

RELEASED = Path(chaos.__file__).parent.parent / "contracts" / "released"


def last_release(folder: Path) -> Path:
    """The services.toml of the last release, unpacked into a folder. Raises ReleaseError, DocumentMissing, SourceError."""
    return unpack(Releases(RELEASED).load().content(DOCUMENT), folder) / "system" / "services.toml"
