"""The image of the .proto files as a document."""

from dataclasses import dataclass
from pathlib import Path

from harness.contracts.proto import buf

IMAGE = "proto.binpb"


@dataclass(frozen=True)
class ProtoImage:
    """`buf build` of a folder with a buf.yaml."""

    folder: Path
    document: str = IMAGE

    def read(self) -> bytes:
        """See SavedSource."""
        return buf.build(self.folder)
