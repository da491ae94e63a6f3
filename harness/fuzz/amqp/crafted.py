"""Bad messages of every kind, drawn from the run's seed and from good ones."""

from collections.abc import Callable, Mapping
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed
from typing import Any

MORE_THAN_ANYBODY_SENDS = 2_000_000
"""Bytes of an oversized body; brokers take up to 16 MiB or more."""

Craft = Callable[[Random, bytes], bytes]


def _noise(random: Random, _: bytes) -> bytes:
    return random.randbytes(random.choice((1, 2, 7, 40, 300)))


def _undecodable(random: Random, _: bytes) -> bytes:
    """Begins with field number 0, which protobuf does not have."""
    return b"\x00" + random.randbytes(40)


def _empty(_: Random, __: bytes) -> bytes:
    return b""


def _torn(random: Random, good: bytes) -> bytes:
    return good[: random.randrange(1, max(2, len(good)))]


def _flipped(random: Random, good: bytes) -> bytes:
    data = bytearray(good)
    for _each in range(random.choice((1, 1, 2, 8))):
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    return bytes(data)


def _not_utf8(random: Random, good: bytes) -> bytes:
    """A good message with a text field that is no UTF-8: bytes of long texts are replaced."""
    at = random.randrange(len(good))
    return good[:at] + bytes(0xFF if 0x20 < byte < 0x7F else byte for byte in good[at : at + 4]) + good[at + 4 :]


def _oversized(random: Random, _: bytes) -> bytes:
    return random.randbytes(1000) * (MORE_THAN_ANYBODY_SENDS // 1000)


def _deep(random: Random, _: bytes) -> bytes:
    """A length-delimited field in itself, a thousand times."""
    body = b""
    for _level in range(1000):
        size = len(body)
        body = bytes([random.choice((0x0A, 0x2A, 0x62))]) + _varint(size) + body
    return body


KINDS: Mapping[str, Craft] = {
    "noise": _noise,
    "undecodable": _undecodable,
    "empty": _empty,
    "torn": _torn,
    "bits flipped": _flipped,
    "no UTF-8": _not_utf8,
    "oversized": _oversized,
    "deep": _deep,
}
"""Ways to make a body that is not what the queue is for. What they make may happen to be well-formed all the same."""


def properties(random: Random, queue: str) -> Mapping[str, Any]:
    """Odd properties and headers, all of them legal in AMQP."""
    return random.choice(
        (
            {},
            {"reply_to": queue},  # the reply comes back as a command
            {"reply_to": "nobody.listens"},
            {"reply_to": "\x00é" * 20, "correlation_id": "\x00"},
            {"correlation_id": "x" * 255, "message_id": "y" * 255},
            {"content_type": "text/plain", "content_encoding": "gzip"},
            {"headers": {"traceparent": "00-zz-zz-zz", "tracestate": "=,;", "baggage": "%%%"}},
            {"headers": {"traceparent": ["a", {"b": None}], "deep": {"e": {"e": {"p": [1, 2.5, True, bytearray(b"\xff")]}}}}},
            {"headers": {"x-death": "never", "x-delivery-count": 999, "x-first-death-queue": 7}},
            {"headers": {f"x-{number}": "v" * 100 for number in range(200)}},
            {"priority": 255, "delivery_mode": 1, "type": "é" * 100, "app_id": "x"},
        )
    )


def some(random: Random, good: bytes, count: int) -> list[tuple[str, bytes]]:
    """`count` bodies, of kinds that take turns, made of a good one."""
    kinds = list(KINDS)
    random.shuffle(kinds)
    chosen = [kinds[number % len(kinds)] for number in range(count)]
    return [(kind, KINDS[kind](random, good)) for kind in chosen]


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])
