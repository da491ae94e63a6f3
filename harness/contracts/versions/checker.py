"""The checker `versions`: every message is written by each version and read by the other; every RPC of the old one is there.

An old client with a new server and a new client with an old server exchange bytes, not descriptors: so bytes are exchanged.
Unknown fields and unknown enum numbers must survive a reader of the other version that hands a message on.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from google.protobuf.message import DecodeError, Message

from harness.contracts.documents import Documents
from harness.contracts.finding import Finding, Level
from harness.contracts.versions.compared import differences
from harness.contracts.versions.filled import filled
from harness.contracts.versions.schema import Schema

IMAGE = "proto.binpb"
CONTRACT = "versions"


@dataclass(frozen=True)
class VersionsChecker:
    """See ContractChecker."""

    name: str = CONTRACT
    about: str = "What the last release writes is read by this version, and the other way round; unknown fields survive."
    released: tuple[str, ...] = (IMAGE,)
    current: tuple[str, ...] = (IMAGE,)

    def check(self, released: Documents, current: Documents) -> Iterable[Finding]:
        """See ContractChecker. Raises DecodeError for what is no image."""
        old, new = Schema(released.content(IMAGE)), Schema(current.content(IMAGE))
        found = [*_gone(old, new), *_enums(old, new)]
        for name in sorted(old.messages.keys() & new.messages.keys()):
            found += _exchanged(old, new, name, f"{released.version} → current")
            found += _exchanged(new, old, name, f"current → {released.version}")
        return sorted(set(found))


def _gone(old: Schema, new: Schema) -> Iterator[Finding]:
    for path in sorted(old.methods.keys() - new.methods.keys()):
        yield _error("rpc-unanswered", path.lstrip("/"), "an old client calls it, and is answered UNIMPLEMENTED")
    for path in sorted(new.methods.keys() - old.methods.keys()):
        message = "new: an old server answers UNIMPLEMENTED, so callees have to be deployed before callers"
        yield Finding(CONTRACT, "rpc-unknown-to-old", path.lstrip("/"), Level.INFO, message)
    for path in sorted(old.methods.keys() & new.methods.keys()):
        before, after = old.methods[path], new.methods[path]
        if (before.request, before.response) != (after.request, after.response):
            told = f"{before.request} → {before.response} was, {after.request} → {after.response} is"
            yield _error("rpc-speaks-of-something-else", path.lstrip("/"), told)
    for name in sorted(old.messages.keys() - new.messages.keys()):
        yield _error("message-unknown-to-new", name, "an old sender writes it, and nobody reads it any more")


def _enums(old: Schema, new: Schema) -> Iterator[Finding]:
    for name in sorted(old.enums.keys() & new.enums.keys()):
        before, after = old.enums[name].values_by_number, new.enums[name].values_by_number
        for number, value in sorted(before.items()):
            if number not in after:
                yield _error("enum-value-unknown-to-new", f"{name}.{value.name}", f"an old sender writes {number}")
            elif after[number].name != value.name:
                yield _error("enum-number-reused", f"{name}.{value.name}", f"{number} is {after[number].name} now")
        for number in sorted(set(after) - set(before)):
            message = f"an old reader sees the number {number} and has to handle it"
            yield Finding(CONTRACT, "enum-value-unknown-to-old", f"{name}.{after[number].name}", Level.INFO, message)


def _exchanged(writer: Schema, reader: Schema, name: str, way: str) -> Iterator[Finding]:
    """A message of the writer, read by the reader, handed on, and read by the writer again."""
    theirs = reader.message_class(name)
    for message in filled(writer.messages[name]):
        try:
            read = theirs.FromString(message.SerializeToString())
        except (DecodeError, UnicodeDecodeError) as error:
            yield _error("message-unreadable", name, f"{way}: it cannot be decoded: {error}")
            return
        wrong = list(differences(message, read))
        yield from (_error(rule, where, f"{way}: {told}") for where, rule, told in wrong)
        if not wrong and not _survives(message, read):
            yield _error("field-lost", name, f"{way}: handed on by the reader, it is not what was written any more")


def _survives(message: Message, read: Message) -> bool:
    again = type(message).FromString(read.SerializeToString())
    return again.SerializeToString(deterministic=True) == message.SerializeToString(deterministic=True)


def _error(rule: str, where: str, message: str) -> Finding:
    return Finding(CONTRACT, rule, where, Level.ERR, message)
