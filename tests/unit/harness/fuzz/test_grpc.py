"""The gRPC fuzzer's parts: bytes below protobuf, a seeded search, and what is wrong with an answer."""

import pytest
from google.protobuf.any_pb2 import Any
from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto
from google.protobuf.message import DecodeError, Message
from google.protobuf.timestamp_pb2 import Timestamp
from google.rpc.status_pb2 import Status
from grpc import StatusCode
from hypothesis import strategies as st

from harness.fuzz.grpc.calls import OVERSIZED, PATIENCE_S, Answer, Call
from harness.fuzz.grpc.certain import certain
from harness.fuzz.grpc.judging import fault_of
from harness.fuzz.grpc.reflection import Method
from harness.fuzz.grpc.requests import Known, bodies
from harness.fuzz.grpc.search import search
from harness.fuzz.grpc.wire import LEN, Entry, encoded, entries_of, nested

METHOD = Method("toy.v1.Toys", "Get", Status.DESCRIPTOR, Timestamp.DESCRIPTOR, streaming=False)
TOY = Status(code=-7, message="toy", details=[Any(type_url="a", value=b"\xff"), Any(type_url="b")])
CALL = Call(METHOD.path, b"")


def test_entries_are_the_bytes_that_protobuf_writes_and_may_be_what_it_never_would() -> None:
    assert encoded(entries_of(TOY)) == TOY.SerializeToString(deterministic=True)
    with pytest.raises(DecodeError):
        Status.FromString(encoded((Entry(2, LEN, b"\xff\xff"),)))
    assert DescriptorProto.FromString(nested(3, 30)).nested_type[0].nested_type[0].name == ""
    assert len(OVERSIZED) > 4 * 1024 * 1024


def test_what_no_server_can_decode_and_enums_of_a_later_version_are_sent_whatever_the_seed() -> None:
    field = DescriptorProto.DESCRIPTOR
    sample = DescriptorProto(name="toy", field=[FieldDescriptorProto(name="a", type=FieldDescriptorProto.TYPE_BOOL)])
    sent = list(certain(field, [entries_of(sample)]))
    assert [_decodes(body, DescriptorProto) for body in sent[:3]] == [False, False, True]
    odd = [DescriptorProto.FromString(body) for body in sent[2:]]
    assert all(each.name == "toy" and each.field[0].name == "a" for each in odd)
    assert any(b"\x28\x63" in body for body in sent[3:]), "99 as the type, which is field 5"
    assert len(list(certain(Timestamp.DESCRIPTOR, []))) == 2


def drawn(seed: int, count: int = 40) -> list[bytes]:
    seen: list[bytes] = []

    def passes(body: bytes) -> bool:
        seen.append(body)
        return False

    known = Known({"message": ["toy", "known"]})
    search(bodies(METHOD.request, [entries_of(TOY)], known), passes, seed=seed, examples=count)
    return seen


def test_a_seed_makes_the_same_requests_and_another_one_others() -> None:
    assert drawn(1) == drawn(1) != drawn(2)
    bodies_drawn = drawn(1)
    assert len(set(bodies_drawn)) > 20
    assert any(_decodes(body) for body in bodies_drawn)
    assert not all(_decodes(body) for body in bodies_drawn)


def _decodes(body: bytes, message: type[Message] = Status) -> bool:
    try:
        message.FromString(body)
    except DecodeError:
        return False
    return True


def test_what_fails_is_shrunk() -> None:
    failed: list[int] = []

    def fails(number: int) -> bool:
        if number > 1000:
            failed.append(number)
        return number > 1000

    assert search(st.integers(0, 10**9), fails, seed=3, examples=50)
    assert min(failed) == 1001
    assert not search(st.integers(0, 10), fails, seed=3, examples=50)


@pytest.mark.parametrize(
    ("answer", "check"),
    [
        (Answer(StatusCode.INVALID_ARGUMENT, "", 0.1), ""),
        (Answer(StatusCode.OK, "", 0.1, Timestamp(seconds=1).SerializeToString()), ""),
        (Answer(StatusCode.OK, "", 0.1, b"\xff"), "readable-answer"),
        (Answer(StatusCode.INTERNAL, "", 0.1), "never-internal"),
        (Answer(StatusCode.UNKNOWN, "", 0.1), "never-unknown"),
        (Answer(StatusCode.UNIMPLEMENTED, "", 0.1), "never-unimplemented"),
        (Answer(StatusCode.UNAVAILABLE, "", 0.1), "no-false-unavailable"),
        (Answer(StatusCode.OK, "", PATIENCE_S * 2, b""), "no-hang"),
        (Answer(StatusCode.DEADLINE_EXCEEDED, "", PATIENCE_S), "no-hang"),
    ],
)
def test_an_answer_is_judged(answer: Answer, check: str) -> None:
    fault = fault_of(METHOD, CALL, answer)
    assert (fault.check if fault else "") == check


def test_a_deadline_that_was_over_may_be_exceeded_and_is_not_a_hang() -> None:
    assert fault_of(METHOD, Call(METHOD.path, b"", timeout_s=0.0), Answer(StatusCode.DEADLINE_EXCEEDED, "", 0.01)) is None


def test_a_call_is_shown_as_a_program_that_sends_the_same_bytes() -> None:
    shown = Call(METHOD.path, TOY.SerializeToString(), metadata=(("x-odd", "~"),)).shown(METHOD, "127.0.0.1:1")
    assert repr(TOY.SerializeToString()) in shown
    assert '"/toy.v1.Toys/Get"' in shown
    assert "x-odd" in shown
    assert "cannot be decoded" in Call(METHOD.path, b"\xff").shown(METHOD, "127.0.0.1:1")
