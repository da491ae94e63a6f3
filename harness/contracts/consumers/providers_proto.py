"""Calls and messages as providers have them: the proto image by the names that declarations use."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto
from google.protobuf.message import DecodeError

from harness.contracts.proto.elements import Image
from harness.contracts.proto.promises import Options, promises


@dataclass(frozen=True)
class FieldShape:
    """What a reader or writer of a field relies on."""

    number: int
    kind: str
    repeated: bool

    def __str__(self) -> str:
        return f"{'repeated ' if self.repeated else ''}{self.kind} = {self.number}"


@dataclass(frozen=True)
class Protos:
    """An image: the messages that there are, fields by full name, and what each method answers beside OK."""

    messages: frozenset[str] = frozenset()
    fields: Mapping[str, FieldShape] = field(default_factory=dict)
    methods: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def numbered(self, name: str, number: int) -> str:
        """The field of the same message that has this number; "" when there is none."""
        message = name.rpartition(".")[0]
        same = (other for other, shape in self.fields.items() if other.rpartition(".")[0] == message and shape.number == number)
        return next(same, "")

    def expand(self, name: str) -> tuple[str, ...]:
        """The fields that a declared name stands for: `Money.*` is every field of Money."""
        message, _, last = name.rpartition(".")
        if last != "*":
            return (name,)
        return tuple(sorted(each for each in self.fields if each.rpartition(".")[0] == message)) or (name,)


def read_image(content: bytes, options: Options) -> Protos:
    """The image; what its methods answer is said in `options`. Raises ValueError for bytes that are none."""
    try:
        image = Image(content)
    except DecodeError as error:
        raise ValueError(f"this is no proto image: {error}") from error
    promised = promises(image, options).rpcs
    messages: set[str] = set()
    fields: dict[str, FieldShape] = {}
    methods: dict[str, frozenset[str]] = {}
    for file in image.files.file:
        for name, message in _messages(file.package, file.message_type):
            messages.add(name)
            fields |= {f"{name}.{each.name}": _shape(each) for each in message.field}
        for service in file.service:
            for method in service.method:
                full = f"{file.package}.{service.name}/{method.name}"
                methods[full] = frozenset(promised[full].answers)
    return Protos(frozenset(messages), fields, methods)


def _messages(prefix: str, messages: Any) -> Iterator[tuple[str, DescriptorProto]]:
    for message in messages:
        name = f"{prefix}.{message.name}" if prefix else message.name
        yield name, message
        yield from _messages(name, message.nested_type)


def _shape(each: FieldDescriptorProto) -> FieldShape:
    kind = each.type_name.lstrip(".") or FieldDescriptorProto.Type.Name(each.type).removeprefix("TYPE_").lower()
    return FieldShape(each.number, kind, each.label == FieldDescriptorProto.LABEL_REPEATED)
