"""What running services say of themselves: gRPC server reflection of every instance must be what the image has.

A service that runs other descriptors than those of the .proto files was built from other ones: its stubs are stale.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet
from google.protobuf.json_format import MessageToDict
from google.protobuf.message_factory import GetMessageClass
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

from harness.contracts.checker import SourceError
from harness.contracts.documents import Documents, as_json
from harness.contracts.finding import Finding, Level
from harness.contracts.proto.elements import Image
from harness.contracts.proto.promises import pool_of
from harness.contracts.proto.sources import IMAGE
from harness.loopback import NO_PROXY
from harness.stack.topology import Role
from harness.stack.view import StackView

DOCUMENT = "reflection.json"
_OF_GRPC = "grpc."
"""The package of the services that come with the library: health and reflection."""
_OF_PROTOBUF = "google/protobuf/"


@dataclass(frozen=True)
class ReflectionSource:
    """The LiveSource of reflection.json: by instance, its services and the files that define them."""

    port: str = "grpc"
    """The name of the port on which services are called, in services.toml."""
    document: str = DOCUMENT

    def read(self, stack: StackView) -> bytes:
        """See LiveSource."""
        members = [each for each in stack.instances() if each.role is Role.SERVICE and self.port in each.ports]
        return as_json({each.name: served(stack.address(each.name, self.port), each.name) for each in members})


def served(address: str, name: str) -> Mapping[str, Any]:
    """What one server says. Raises SourceError."""
    with grpc.insecure_channel(address, options=NO_PROXY) as channel:
        database = ProtoReflectionDescriptorDatabase(channel)
        try:
            services = sorted(service for service in database.get_services() if not service.startswith(_OF_GRPC))
            files: dict[str, FileDescriptorProto] = {}
            waiting = [database.FindFileContainingSymbol(service) for service in services]
            while waiting:
                file = waiting.pop()
                files[file.name] = file
                waiting += [database.FindFileByName(needed) for needed in file.dependency if needed not in files]
        except (grpc.RpcError, KeyError) as error:
            raise SourceError(f"{name} does not answer reflection: {error}") from error
    return {"services": services, "files": described(FileDescriptorSet(file=files.values()))}


def described(files: FileDescriptorSet) -> dict[str, Any]:
    """The system's files by name, as JSON: with their options, without comments and what follows from the rest."""
    pool = pool_of(files)
    file_class = GetMessageClass(pool.FindMessageTypeByName(FileDescriptorProto.DESCRIPTOR.full_name))
    found = {}
    for file in files.file:
        if not file.name.startswith(_OF_PROTOBUF):
            content = MessageToDict(file_class.FromString(file.SerializeToString()))
            content.pop("sourceCodeInfo", None)
            found[file.name] = _without_json_names(content)
    return found


def _without_json_names(content: Any) -> Any:
    """Some compilers write the JSON name of a field down although it follows from its name."""
    if isinstance(content, dict):
        return {
            key: _without_json_names(value)
            for key, value in content.items()
            if key != "jsonName" or value != _json_name(content.get("name", ""))
        }
    return [_without_json_names(each) for each in content] if isinstance(content, list) else content


def _json_name(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(f"{each[:1].upper()}{each[1:]}" for each in others)


@dataclass(frozen=True)
class ReflectionChecker:
    """Compares what runs with the image that it should be built from; needs no release."""

    name: str = "reflection"
    about: str = "What running services say by gRPC reflection is what the .proto files say."
    released: tuple[str, ...] = ()
    current: tuple[str, ...] = (IMAGE, DOCUMENT)

    def check(self, released: Documents, current: Documents) -> Iterator[Finding]:
        """See ContractChecker."""
        image, members = Image(current.content(IMAGE)), current.json(DOCUMENT)
        files = described(image.files)
        wanted = {f"{file.package}.{service.name}" for file in image.files.file for service in file.service}
        running = {service for member in members.values() for service in member["services"]}
        for service in sorted(wanted - running):
            yield self._finding("service-not-served", service, "No running instance serves it.")
        for service in sorted(running - wanted):
            yield self._finding("service-not-in-protos", service, "It is served, and no .proto file has it.")
        for member, said in sorted(members.items()):
            for file, content in sorted(said["files"].items()):
                if content != files.get(file):
                    told = difference(files.get(file), content) if file in files else "the file is unknown"
                    yield self._finding("descriptor-differs", f"{member} {file}", f"It runs with other descriptors: {told}.")

    def _finding(self, rule: str, where: str, message: str) -> Finding:
        return Finding(self.name, rule, where, Level.ERR, message)


def difference(wanted: Any, found: Any, place: str = "") -> str:
    """The first place at which two JSON values differ, with both."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        for key in sorted(wanted.keys() | found.keys()):
            if wanted.get(key) != found.get(key):
                return difference(wanted.get(key), found.get(key), f"{place}.{key}")
    if isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        for number, (mine, theirs) in enumerate(zip(wanted, found, strict=True)):
            if mine != theirs:
                name = mine.get("name", number) if isinstance(mine, dict) else number
                return difference(mine, theirs, f"{place}[{name}]")
    return f"{place.lstrip('.') or 'all of it'} is {_short(found)}, and should be {_short(wanted)}"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 100 else f"{text[:100]}…"
