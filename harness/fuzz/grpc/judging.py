"""What is wrong with the answer to any call, whatever it asked: a status that admits a defect, a hang, an answer that lies.

UNAVAILABLE is a lie where no fault was injected and the same call is answered with it again.
"""

from dataclasses import dataclass

import grpc
from google.protobuf.message import DecodeError

from harness.fuzz.grpc.calls import GRACE_S, PATIENCE_S, Answer, Call
from harness.fuzz.grpc.reflection import Method

DEFECTS = frozenset(
    {grpc.StatusCode.UNKNOWN, grpc.StatusCode.INTERNAL, grpc.StatusCode.DATA_LOSS, grpc.StatusCode.UNIMPLEMENTED}
)
"""Statuses by which a server says that it failed itself, or that it does not have what it describes."""

UNIMPLEMENTED = "never-unimplemented"


@dataclass(frozen=True)
class Fault:
    """`check` is the id of what is violated, `message` says what was answered."""

    check: str
    message: str


def fault_of(method: Method, call: Call, answer: Answer) -> Fault | None:
    """The first thing wrong with an answer, or None."""
    if answer.code in DEFECTS:
        return Fault(f"never-{answer.code.name.lower()}", f"answered {answer.code.name}: {answer.details}")
    if answer.code is grpc.StatusCode.UNAVAILABLE:
        return Fault("no-false-unavailable", f"asked to come again, though nothing is broken: {answer.details}")
    if call.timeout_s is not None and answer.seconds > call.timeout_s + GRACE_S:
        return Fault("no-hang", f"answered {answer.seconds:.1f} s after a call with a deadline of {call.timeout_s:g} s")
    if answer.code is grpc.StatusCode.DEADLINE_EXCEEDED and (call.timeout_s is None or call.timeout_s >= PATIENCE_S):
        return Fault("no-hang", f"no answer within {answer.seconds:.1f} s")
    if answer.body is not None:
        return _unreadable(method, answer.body)
    return None


def _unreadable(method: Method, body: bytes) -> Fault | None:
    try:
        method.response_class().FromString(body)
    except DecodeError as error:
        return Fault("readable-answer", f"the answer is no {method.response.full_name}: {error}")
    return None
