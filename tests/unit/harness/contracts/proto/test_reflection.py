"""What a server says by reflection is compared with the image: equal when built from it, told where not.

The server here is real and in this process; it serves grpcio's own health service as if it were the system's.
"""

import copy
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from harness.contracts.checker import SourceError
from harness.contracts.documents import CURRENT, Documents, as_json
from harness.contracts.proto.reflection import DOCUMENT, ReflectionChecker, described, served
from harness.contracts.proto.sources import IMAGE

RELEASE = Documents("1.0.0", {})


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = grpc.server(ThreadPoolExecutor(1))
    health_pb2_grpc.add_HealthServicer_to_server(health.HealthServicer(), server)
    reflection.enable_server_reflection([health.SERVICE_NAME, reflection.SERVICE_NAME], server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"127.0.0.1:{port}"
    server.stop(None)


def image(name: str = "Status") -> bytes:
    """The file of the health service as if it was the system's own, with a field's JSON name written down."""
    file = FileDescriptorProto()
    health_pb2.DESCRIPTOR.CopyToProto(file)
    file.package = "shop.v1"
    for message in (*file.message_type, *(inner for outer in file.message_type for inner in outer.nested_type)):
        for field in message.field:
            if field.type_name:
                field.type_name = field.type_name.replace("grpc.health", "shop")
            field.json_name = field.name  # none has an underscore
    for method in file.service[0].method:
        method.input_type = method.input_type.replace("grpc.health", "shop")
        method.output_type = method.output_type.replace("grpc.health", "shop")
    file.service[0].name = name
    return FileDescriptorSet(file=[file]).SerializeToString()


def documents(running: bytes, sources: bytes) -> Documents:
    files = described(FileDescriptorSet.FromString(running))
    services = [f"shop.v1.{each['name']}" for file in files.values() for each in file["service"]]
    said = {"shop-1": {"services": services, "files": files}}
    return Documents(CURRENT, {IMAGE: sources, DOCUMENT: as_json(said)})


def rules(current: Documents) -> set[str]:
    return {each.rule for each in ReflectionChecker().check(RELEASE, current)}


def test_services_of_the_library_are_left_out(address: str) -> None:
    assert served(address, "shop-1") == {"services": [], "files": {}}


def test_a_server_that_does_not_answer_is_told() -> None:
    with pytest.raises(SourceError, match="shop-1 does not answer"):
        served("127.0.0.1:1", "shop-1")


def test_equal_descriptors_pass_whether_or_not_json_names_are_written_down() -> None:
    sources = FileDescriptorSet.FromString(image())
    for message in sources.file[0].message_type:
        for field in message.field:
            field.ClearField("json_name")
    assert rules(documents(image(), sources.SerializeToString())) == set()


def test_a_service_that_nobody_serves_and_one_that_no_file_has() -> None:
    assert rules(documents(image("Vitals"), image())) == {"service-not-served", "service-not-in-protos", "descriptor-differs"}


def test_other_descriptors_are_told_with_the_place() -> None:
    current = documents(image(), image())
    said = copy.deepcopy(current.json(DOCUMENT))
    (file,) = said["shop-1"]["files"].values()
    file["messageType"][0]["field"][0]["number"] = 7
    (finding,) = ReflectionChecker().check(RELEASE, current.with_json(DOCUMENT, said))
    assert "messageType[HealthCheckRequest].field[service].number is 7, and should be 1" in finding.message
