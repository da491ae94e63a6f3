"""Questions to protobuf messages: which fields are set, which messages a value holds, what a oneof may be."""

from collections.abc import Iterator, Mapping
from typing import Any

from google.protobuf.message import Message

UNRECORDED = ("google.protobuf.",)
"""Packages whose messages belong to no provider."""


def fields_set(message: Message) -> Iterator[str]:
    """Full names of the fields that are set, at any depth (`shop.v1.Order.total`); none of `UNRECORDED` messages."""
    if message.DESCRIPTOR.full_name.startswith(UNRECORDED):
        return
    for field, value in message.ListFields():
        yield field.full_name
        for each in messages_in(value):
            yield from fields_set(each)


def messages_in(value: object) -> Iterator[Message]:
    """The message itself, or the messages that a repeated field, a map or a list holds; none for anything else."""
    if isinstance(value, Message):
        yield value
    elif isinstance(value, (str, bytes, int, float)) or value is None:
        return
    elif isinstance(value, (list, tuple)) or _holds_messages(value):
        held: Any = value.values() if isinstance(value, Mapping) else value
        yield from (each for each in held if isinstance(each, Message))


def names_in_oneof(message: Message, name: str) -> tuple[str, ...]:
    """The fields of the oneof of that name; () when there is none."""
    group = message.DESCRIPTOR.oneofs_by_name.get(name)
    return tuple(field.name for field in group.fields) if group else ()


def _holds_messages(value: object) -> bool:
    """Protobuf's containers differ by implementation and share no base class but what they are called."""
    name = type(value).__name__
    return name.startswith(("RepeatedComposite", "MessageMap"))
