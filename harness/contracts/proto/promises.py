"""What the .proto files promise beyond names and types: idempotency and deadline of RPCs, their statuses, limits of fields.

They are options: the built-in `idempotency_level`, and two messages of the system's own, an extension of MethodOptions
with any of `deadline_ms` and `answers`, and one of FieldOptions with any of LIMITS. An image is read with the extensions
that it carries itself, so that the options of an old release are read as that release meant them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from google.protobuf import descriptor_pb2
from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
    MethodDescriptorProto,
    MethodOptions,
)
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.json_format import MessageToDict
from google.protobuf.message_factory import GetMessageClass

from harness.contracts.proto.elements import Image

LIMITS = ("required", "min", "max", "min_length", "max_length", "max_items", "format")


@dataclass(frozen=True)
class RpcPromise:
    """Of one RPC. `stated` says that its idempotency is written down, whatever it is; `deadline_ms` is 0 when it is not."""

    idempotency: str
    stated: bool
    deadline_ms: int
    answers: tuple[str, ...]


@dataclass(frozen=True)
class Promises:
    """Of an image. `requests` and `responses` are the messages that are reached from RPCs' inputs and outputs.

    A message that no RPC reaches (one that is published) is in both. `limits` are by field, those that are set alone.
    """

    rpcs: Mapping[str, RpcPromise]
    limits: Mapping[str, Mapping[str, Any]]
    requests: frozenset[str] = field(default=frozenset())
    responses: frozenset[str] = field(default=frozenset())


@dataclass(frozen=True)
class Options:
    """The full names of the system's own options."""

    rpc: str
    limits: str


def promises(image: Image, options: Options) -> Promises:
    """Read them. An image without the options has RPCs that state nothing and fields without limits."""
    pool = pool_of(image.files)
    inputs, outputs, rpcs = set(), set(), {}
    for name, method in _methods(image):
        rpcs[name] = _rpc(_read(pool, method.options, options.rpc), method)
        inputs.add(method.input_type.removeprefix("."))
        outputs.add(method.output_type.removeprefix("."))
    messages = dict(_messages(image))
    requests, responses = _reached(messages, inputs), _reached(messages, outputs)
    published = messages.keys() - requests - responses
    limits = {
        f"{name}.{each.name}": found
        for name, message in messages.items()
        for each in message.field
        if (found := _read(pool, each.options, options.limits))
    }
    return Promises(rpcs, limits, requests | published, responses | published)


def _rpc(own: Mapping[str, Any], method: MethodDescriptorProto) -> RpcPromise:
    return RpcPromise(
        idempotency=MethodOptions.IdempotencyLevel.Name(method.options.idempotency_level),
        stated=method.options.HasField("idempotency_level"),
        deadline_ms=int(own.get("deadline_ms", 0)),
        answers=tuple(own.get("answers", ())),
    )


def pool_of(files: FileDescriptorSet) -> DescriptorPool:
    """A pool of their own, protobuf's descriptor.proto in it in any case; imports before importers."""
    pool = DescriptorPool()
    basis = FileDescriptorProto.FromString(descriptor_pb2.DESCRIPTOR.serialized_pb)
    waiting = {file.name: file for file in (basis, *files.file)}

    def add(name: str) -> None:
        file = waiting.pop(name, None)
        if file is not None:
            for needed in file.dependency:
                add(needed)
            pool.AddSerializedFile(file.SerializeToString())

    for name in list(waiting):
        add(name)
    return pool


def _read(pool: DescriptorPool, options: Any, extension: str) -> Mapping[str, Any]:
    """The option as a mapping of what is set; empty when it is not, or when the image does not know it."""
    try:
        described: Any = pool.FindExtensionByName(extension)  # its type hints know generated extensions only
    except KeyError:
        return {}
    message = GetMessageClass(pool.FindMessageTypeByName(options.DESCRIPTOR.full_name)).FromString(options.SerializeToString())
    if not message.HasExtension(described):
        return {}
    found = MessageToDict(message.Extensions[described], preserving_proto_field_name=True)
    return {name: _number(value) for name, value in found.items()}


def _number(value: Any) -> Any:
    """64-bit numbers are text in JSON."""
    return int(value) if isinstance(value, str) and value.lstrip("-").isdigit() else value


def _methods(image: Image) -> Iterator[tuple[str, MethodDescriptorProto]]:
    for file in image.files.file:
        for service in file.service:
            for method in service.method:
                yield f"{file.package}.{service.name}/{method.name}", method


def _messages(image: Image) -> Iterator[tuple[str, DescriptorProto]]:
    for file in image.files.file:
        for message in file.message_type:
            yield from _nested(f"{file.package}.{message.name}", message)


def _nested(name: str, message: DescriptorProto) -> Iterator[tuple[str, DescriptorProto]]:
    yield name, message
    for inner in message.nested_type:
        yield from _nested(f"{name}.{inner.name}", inner)


def _reached(messages: Mapping[str, DescriptorProto], roots: set[str]) -> frozenset[str]:
    found: set[str] = set()
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        if name in messages and name not in found:
            found.add(name)
            waiting += [field.type_name.removeprefix(".") for field in messages[name].field if field.type_name]
    return frozenset(found)
