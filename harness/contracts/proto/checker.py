"""The proto contract: buf's lint and breaking changes, and what the .proto files promise beyond names and types."""

from collections.abc import Iterator
from dataclasses import dataclass

from harness.contracts.documents import Documents
from harness.contracts.finding import Finding, Level
from harness.contracts.proto import buf
from harness.contracts.proto.buf import Complaint
from harness.contracts.proto.elements import Element, Image
from harness.contracts.proto.promise_rules import CONTRACT, changed, unstated
from harness.contracts.proto.promises import Options, promises
from harness.contracts.proto.sources import IMAGE

LINT = {"lint": {"use": ["STANDARD", "COMMENTS"]}}
BREAKING = {
    "breaking": {
        "use": ["FILE", "WIRE_JSON"],
        # It minds every change of an idempotency_level, also to state one for the first time; promise_rules has the direction.
        "except": ["RPC_SAME_IDEMPOTENCY_LEVEL"],
    }
}


@dataclass(frozen=True)
class ProtoChecker:
    """`options` names the system's own options; findings of buf carry buf's rule ids."""

    options: Options
    name: str = CONTRACT
    about: str = "RPCs and messages: wire, JSON, generated code; idempotency, deadlines, statuses, limits."
    released: tuple[str, ...] = (IMAGE,)
    current: tuple[str, ...] = (IMAGE,)

    def check(self, released: Documents, current: Documents) -> Iterator[Finding]:
        """See ContractChecker."""
        old, new = released.content(IMAGE), current.content(IMAGE)
        before, now = Image(old), Image(new)
        complaints = [*buf.complaints(["lint"], LINT, new), *buf.complaints(["breaking"], BREAKING, new, old)]
        for each in complaints:
            yield Finding(self.name, each.rule, place(each, before, now), Level.ERR, each.message)
        promised = promises(now, self.options)
        yield from unstated(promised)
        yield from changed(promises(before, self.options), promised)


def place(complaint: Complaint, before: Image, now: Image) -> str:
    """The full name of the element that is meant, as it was released.

    For one that is gone buf points at what it was in, and names it.
    """
    around = now.at(complaint.file, complaint.line, complaint.column)
    parent = around.name if around else ""
    gone = [each for each in before.elements.values() if each.parent == parent and not _is_there(each, now)]
    named = [each for each in gone if _is_named(each, complaint)]
    if len(named) == 1:
        return named[0].name
    if parent:
        return released_name(parent, before, now)
    deleted = (file.name for file in before.files.file if f'"{file.name}"' in complaint.message)
    return complaint.file or next(deleted, "")


def released_name(name: str, before: Image, now: Image) -> str:
    """What the element was called when it was released, which is what its users call it: a field is the one of its number."""
    element = now.elements.get(name)
    if element is None or not element.number or name in before.elements:
        return name
    same = (each.name for each in before.elements.values() if (each.parent, each.number) == (element.parent, element.number))
    return next(same, name)


def _is_there(element: Element, image: Image) -> bool:
    """Whether the image has it: of this name, and of this number."""
    found = image.elements.get(element.name)
    return found is not None and found.number == element.number


def _is_named(element: Element, complaint: Complaint) -> bool:
    """Whether buf's words quote this element of the same file: by its name, or a value of an enum by its number."""
    if complaint.file not in ("", element.file):
        return False
    return any(f'"{each}"' in complaint.message for each in (element.simple, element.number or element.simple))
