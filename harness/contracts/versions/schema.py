"""The messages and RPCs of one version, as dynamic classes from its descriptor set (a buf image).

Each schema has a descriptor pool of its own, so that two versions of one message live in one process without generated code.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from google.protobuf.descriptor import Descriptor, EnumDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

FOREIGN = ("google.", "buf.", "grpc.")
"""Packages that belong to libraries: both versions have them from the same place."""


@dataclass(frozen=True)
class Method:
    """A unary RPC: its path as it is called, and the full names of its messages."""

    path: str
    request: str
    response: str


@dataclass(frozen=True)
class Schema:
    """One version, from the bytes of its image."""

    image: bytes

    @cached_property
    def files(self) -> tuple[FileDescriptorProto, ...]:
        """Its own files and those that they import. Raises DecodeError for what is no image."""
        return tuple(FileDescriptorSet.FromString(self.image).file)

    @cached_property
    def _pool(self) -> DescriptorPool:
        pool = DescriptorPool()
        waiting = {file.name: file for file in self.files}
        added: set[str] = set()
        while waiting:
            ready = [name for name, file in waiting.items() if added.issuperset(set(file.dependency))]
            if not ready:
                raise ValueError(f"the image lacks what {', '.join(sorted(waiting))} import")
            for name in ready:
                pool.AddSerializedFile(waiting.pop(name).SerializeToString())
                added.add(name)
        return pool

    @cached_property
    def messages(self) -> dict[str, Descriptor]:
        """Every message of its own, by full name; nested ones too, entries of maps not."""
        own = [file for file in self.files if not file.package.startswith(FOREIGN)]
        found = [self._pool.FindFileByName(file.name).message_types_by_name.values() for file in own]
        return {each.full_name: each for top in found for message in top for each in _with_nested(message)}

    @cached_property
    def enums(self) -> dict[str, EnumDescriptor]:
        """Every enum of its own, by full name."""
        own = [self._pool.FindFileByName(file.name) for file in self.files if not file.package.startswith(FOREIGN)]
        top = [enum for file in own for enum in file.enum_types_by_name.values()]
        nested = [enum for message in self.messages.values() for enum in message.enum_types]
        return {enum.full_name: enum for enum in (*top, *nested)}

    @cached_property
    def methods(self) -> dict[str, Method]:
        """Every unary RPC of its own, by path."""
        found = {}
        for file in self.files:
            for service in () if file.package.startswith(FOREIGN) else file.service:
                for rpc in service.method:
                    if not (rpc.client_streaming or rpc.server_streaming):
                        path = f"/{file.package}.{service.name}/{rpc.name}"
                        found[path] = Method(path, rpc.input_type.lstrip("."), rpc.output_type.lstrip("."))
        return found

    def message_class(self, name: str) -> type[Message]:
        """The class of a message. Raises KeyError when this version has none of that name."""
        return GetMessageClass(self._pool.FindMessageTypeByName(name))


def _with_nested(message: Descriptor) -> Iterator[Descriptor]:
    if not message.GetOptions().map_entry:
        yield message
        for nested in message.nested_types:
            yield from _with_nested(nested)
