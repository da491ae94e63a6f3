"""A caller of one version hears what a server of another answers, and says when it does not understand it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from google.protobuf.descriptor_pb2 import FieldDescriptorProto as F
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.contracts.versions.caller import Caller, Misunderstood
from harness.contracts.versions.generated import FOREIGN_ENUM, foreign, messages
from harness.contracts.versions.schema import Schema
from tests.unit.harness.contracts.versions.images import image

PATH = "/a.v1.Orders/GetOrder"
FIELDS = ((1, "id", F.TYPE_STRING), (2, "units", F.TYPE_INT64), (3, "state", F.TYPE_ENUM, ".a.v1.State"))
OLD = Schema(image(FIELDS))


class Server(grpc.GenericRpcHandler):
    """Answers `body`, or refuses with `status`; knows one path."""

    body = b""
    status: grpc.StatusCode | None = None

    def service(self, details: Any) -> Any:
        def answer(_request: bytes, context: grpc.ServicerContext) -> bytes:
            if self.status is not None:
                context.abort(self.status, "no")
            return self.body

        return grpc.unary_unary_rpc_method_handler(answer) if details.method == PATH else None


@pytest.fixture
def server() -> Iterator[tuple[Server, Caller]]:
    handler, grpc_server = Server(), grpc.server(ThreadPoolExecutor(2))
    grpc_server.add_generic_rpc_handlers((handler,))
    port = grpc_server.add_insecure_port("127.0.0.1:0")
    grpc_server.start()
    ask = Caller(OLD, {"a.v1": f"127.0.0.1:{port}"})
    yield handler, ask
    ask.close()
    grpc_server.stop(None).wait()


def test_an_answer_with_more_than_it_knows_is_understood(server: tuple[Server, Caller]) -> None:
    handler, ask = server
    handler.body = OLD.message_class("a.v1.Order")(id="o1", units=7).SerializeToString() + foreign("later")
    assert ask.ask(PATH, id="o1") == {"id": "o1", "units": "7"}
    assert ask.answered == {PATH: {"OK"}}


def test_what_is_no_message_of_its_version_is_misunderstood(server: tuple[Server, Caller]) -> None:
    handler, ask = server
    handler.body = b"\x0a\xff"
    with pytest.raises(Misunderstood, match="cannot decode"):
        ask.ask(PATH)


@pytest.mark.parametrize("status", [grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN, grpc.StatusCode.UNIMPLEMENTED])
def test_a_server_that_breaks_is_told(server: tuple[Server, Caller], status: grpc.StatusCode) -> None:
    handler, ask = server
    handler.status = status
    with pytest.raises(Misunderstood, match=status.name):
        ask.ask(PATH)


def test_a_refusal_is_an_answer(server: tuple[Server, Caller]) -> None:
    handler, ask = server
    handler.status = grpc.StatusCode.NOT_FOUND
    with pytest.raises(grpc.RpcError):
        ask.ask(PATH)
    assert ask.answered == {PATH: {"NOT_FOUND"}}


def test_what_is_generated_is_known_unknown_and_foreign() -> None:
    seen: list[Any] = []

    @settings(max_examples=60, derandomize=True, database=None)
    @given(st.data())
    def draw(data: st.DataObject) -> None:
        message = data.draw(messages(OLD.messages["a.v1.Order"], {"id": ["o1"]}))
        seen.append(OLD.message_class("a.v1.Order").FromString(message.SerializeToString()))

    draw()
    assert {each.id for each in seen} > {"o1", ""}
    assert FOREIGN_ENUM in {each.state for each in seen}
    with_more = [
        each
        for each in seen
        if each.ByteSize()
        > OLD.message_class("a.v1.Order")(**{field.name: value for field, value in each.ListFields()}).ByteSize()
    ]
    assert with_more
