"""The elements of an image by their full names: messages, fields, enums, values, services, RPCs; and where each stands.

A field is `shop.order.v1.Order.total`, an RPC `shop.order.v1.OrderService/GetOrder`, an enum's value
`shop.order.v1.OrderStatus.ORDER_STATUS_PAID`.
Source of the paths: google/protobuf/descriptor.proto, SourceCodeInfo.Location.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TypeAlias, cast

from google.protobuf.descriptor_pb2 import (
    DESCRIPTOR,
    DescriptorProto,
    EnumDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
)
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass

_MESSAGE, _ENUM, _SERVICE = 4, 5, 6
_FIELD, _NESTED, _NESTED_ENUM, _VALUE, _METHOD = 2, 3, 4, 2, 2
Span: TypeAlias = tuple[int, int, int, int]
"""First line, first column, last line, last column; all from 0."""


@dataclass(frozen=True)
class Element:
    """One element; `path` is that of SourceCodeInfo within its file. `parent` is "" at the top."""

    name: str
    file: str
    path: tuple[int, ...]
    parent: str
    number: int = 0

    @property
    def simple(self) -> str:
        """The last part of the name."""
        return self.name.rpartition("/")[2].rpartition(".")[2]


@cache
def _kind() -> type[FileDescriptorSet]:
    pool = DescriptorPool()
    pool.AddSerializedFile(DESCRIPTOR.serialized_pb)
    return cast("type[FileDescriptorSet]", GetMessageClass(pool.FindMessageTypeByName("google.protobuf.FileDescriptorSet")))


def parsed(content: bytes) -> FileDescriptorSet:
    """An image, parsed by a class of a pool of its own. Raises google.protobuf.message.DecodeError.

    With the usual class the extensions of loaded stubs would decode the options, whatever the image means by their numbers.
    """
    return _kind().FromString(content)


class Image:
    """A FileDescriptorSet, looked up by name and by place. Raises google.protobuf.message.DecodeError when it is none."""

    def __init__(self, content: bytes) -> None:
        self.files = parsed(content)

    @cached_property
    def elements(self) -> Mapping[str, Element]:
        """Every element by its full name, except those of protobuf itself."""
        ours = (file for file in self.files.file if not file.name.startswith("google/protobuf/"))
        return {element.name: element for file in ours for element in _of_file(file)}

    def at(self, file: str, line: int, column: int) -> Element | None:
        """The element that a place (from 1) is in: the one that begins there, else the smallest around it."""
        around = [
            (each[2] - each[0], each[3] - each[1], name)
            for name, each in self._spans.get(file, {}).items()
            if (each[0], each[1]) <= (line - 1, column - 1) < (each[2], each[3])
        ]
        return self.elements[min(around)[2]] if around else None

    @cached_property
    def _spans(self) -> Mapping[str, Mapping[str, Span]]:
        by_path = {(each.file, each.path): each.name for each in self.elements.values()}
        spans: dict[str, dict[str, Span]] = {}
        for file in self.files.file:
            for location in file.source_code_info.location:
                if name := by_path.get((file.name, tuple(location.path))):
                    spans.setdefault(file.name, {})[name] = _span(location.span)
        return spans


def _span(numbers: Sequence[int]) -> Span:
    first_line, first_column, *last = numbers
    last_line, last_column = (first_line, last[0]) if len(last) == 1 else (last[0], last[1])
    return first_line, first_column, last_line, last_column


def _of_file(file: FileDescriptorProto) -> Iterator[Element]:
    package = file.package
    for place, message in enumerate(file.message_type):
        yield from _of_message(message, file.name, (_MESSAGE, place), package, "")
    for place, enum in enumerate(file.enum_type):
        yield from _of_enum(enum, file.name, (_ENUM, place), package, "")
    for place, service in enumerate(file.service):
        name, path = f"{package}.{service.name}", (_SERVICE, place)
        yield Element(name, file.name, path, "")
        for at, method in enumerate(service.method):
            yield Element(f"{name}/{method.name}", file.name, (*path, _METHOD, at), name)


def _of_message(message: DescriptorProto, file: str, path: tuple[int, ...], scope: str, parent: str) -> Iterator[Element]:
    name = f"{scope}.{message.name}"
    yield Element(name, file, path, parent)
    for place, field in enumerate(message.field):
        yield Element(f"{name}.{field.name}", file, (*path, _FIELD, place), name, field.number)
    for place, nested in enumerate(message.nested_type):
        yield from _of_message(nested, file, (*path, _NESTED, place), name, name)
    for place, enum in enumerate(message.enum_type):
        yield from _of_enum(enum, file, (*path, _NESTED_ENUM, place), name, name)


def _of_enum(enum: EnumDescriptorProto, file: str, path: tuple[int, ...], scope: str, parent: str) -> Iterator[Element]:
    name = f"{scope}.{enum.name}"
    yield Element(name, file, path, parent)
    for place, value in enumerate(enum.value):
        yield Element(f"{name}.{value.name}", file, (*path, _VALUE, place), name, value.number)
