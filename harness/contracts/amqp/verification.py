"""Verifies the declared messages against published ones, so that the declaration cannot drift from what is really sent.

What a message is, its `type` property says where it has one. Its body must be of the declared type in any case: decoded with
the descriptors of the proto image it has no field that the type does not know, and the declared member of the oneof is set.
"""

from collections.abc import Iterable, Iterator

from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass
from google.protobuf.unknown_fields import UnknownFieldSet

from harness.contracts.amqp.tap import Published
from harness.contracts.amqp.topology import MessageType
from harness.contracts.finding import Finding, Level
from harness.contracts.proto.promises import pool_of
from harness.contracts.rules import Rules

OBSERVED = Rules("amqp")
_ERR = Level.ERR
UNDECLARED = OBSERVED.declare("message-undeclared", _ERR, "A message was published that nobody declares.")
TYPE = OBSERVED.declare("message-type-differs", _ERR, "A message is not of the type that is declared.")
PAYLOAD = OBSERVED.declare("message-payload-differs", _ERR, "Another member of the message's oneof is set than is declared.")
CONTENT_TYPE = OBSERVED.declare("message-content-type-differs", _ERR, "A message has another content type than is declared.")
REPLY = OBSERVED.declare("message-reply-differs", _ERR, "A reply is not of the type that is declared, or none is declared.")
UNSEEN = OBSERVED.declare("message-not-seen", Level.WARN, "A message that is declared was not published.")


class Bodies:
    """Decodes bodies by the names of their types. `image` is a FileDescriptorSet, as `buf build` writes it."""

    def __init__(self, image: bytes) -> None:
        self._pool = pool_of(FileDescriptorSet.FromString(image))

    def fault(self, type_: str, body: bytes, payload: str = "") -> str:
        """What is wrong with a body, "" when nothing is."""
        try:
            message = GetMessageClass(self._pool.FindMessageTypeByName(type_)).FromString(body)
        except KeyError:
            return f"there is no message {type_}"
        except DecodeError as error:
            return f"not a {type_}: {error}"
        if _unknown(message):
            return f"it has fields that {type_} does not know"
        choices = {str(message.WhichOneof(oneof.name) or "") for oneof in message.DESCRIPTOR.oneofs}
        return f"it carries {', '.join(sorted(choices))}" if payload and payload not in choices else ""


def verify(declared: Iterable[MessageType], published: Iterable[Published], bodies: Bodies) -> Iterator[Finding]:
    """Where published messages differ from what is declared; each finding once."""
    messages, known = list(published), {message.key: message for message in declared}
    replies = {each.reply_to: known[_key(each)].reply for each in messages if each.reply_to and _key(each) in known}
    findings: set[Finding] = set()
    for message in messages:
        if not message.exchange and message.routing_key in replies:
            findings.update(_of_reply(message, replies[message.routing_key], bodies))
        elif (expected := known.get(_key(message))) is not None:
            findings.update(_of(message, expected, bodies))
        else:
            findings.add(OBSERVED.found(UNDECLARED, _where(message.exchange, message.routing_key)))
    seen = {_key(message) for message in messages}
    findings.update(OBSERVED.found(UNSEEN, _where(*key)) for key in known if key not in seen)
    yield from sorted(findings)


def _of(message: Published, expected: MessageType, bodies: Bodies) -> Iterator[Finding]:
    where = _where(*expected.key)
    if message.content_type != expected.content_type:
        yield OBSERVED.found(CONTENT_TYPE, where, f"{message.content_type or 'none'}, not {expected.content_type}")
    if message.type not in ("", expected.type):
        yield OBSERVED.found(TYPE, where, f"it says {message.type}, not {expected.type}")
    elif fault := bodies.fault(expected.type, message.body):
        yield OBSERVED.found(TYPE, where, fault)
    elif fault := bodies.fault(expected.type, message.body, expected.payload):
        yield OBSERVED.found(PAYLOAD, where, f"{fault}, not {expected.payload}")


def _of_reply(message: Published, type_: str, bodies: Bodies) -> Iterator[Finding]:
    fault = bodies.fault(type_, message.body) if type_ else "none is declared"
    if message.type not in ("", type_):
        fault = f"it says {message.type}, not {type_}"
    if fault:
        yield OBSERVED.found(REPLY, f"reply {type_ or '(none)'}", fault)


def _key(message: Published) -> tuple[str, str]:
    return (message.exchange, message.routing_key)


def _where(exchange: str, routing_key: str) -> str:
    return f"message {exchange or '(default)'} {routing_key}"


def _unknown(message: Message) -> bool:
    """Whether a message, or one within it, has fields that its type does not know."""
    if len(UnknownFieldSet(message)):
        return True
    for field, value in message.ListFields():
        if field.message_type is not None and not field.message_type.GetOptions().map_entry:
            parts = [value] if isinstance(value, Message) else value
            if any(_unknown(each) for each in parts):
                return True
    return False
