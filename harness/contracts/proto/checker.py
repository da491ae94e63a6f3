"""The proto contract."""

from collections.abc import Iterator
from dataclasses import dataclass

from harness.contracts.documents import Documents
from harness.contracts.finding import Finding, Level
from harness.contracts.proto import buf
from harness.contracts.proto.sources import IMAGE

LINT = {"lint": {"use": ["STANDARD", "COMMENTS"]}}
BREAKING = {"breaking": {"use": ["FILE", "WIRE_JSON"]}}


@dataclass(frozen=True)
class ProtoChecker:
    """Lint and breaking changes by buf."""

    name: str = "proto"
    about: str = "RPCs, messages and their promises in the .proto files."
    released: tuple[str, ...] = (IMAGE,)
    current: tuple[str, ...] = (IMAGE,)

    def check(self, released: Documents, current: Documents) -> Iterator[Finding]:
        """See ContractChecker."""
        image = current.content(IMAGE)
        found = buf.complaints(["lint"], LINT, image)
        found += buf.complaints(["breaking"], BREAKING, image, released.content(IMAGE))
        for each in found:
            yield Finding(self.name, each.rule, each.file, Level.ERR, each.message)
