"""What a mail is, read from the bytes an SMTP client sent.

Any bytes are a mail: what cannot be decoded is replaced, what is missing is empty. Nothing here raises because of what
a client sent.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message as ParsedMessage
from typing import cast

ORDER_ID_HEADER = "X-Order-Id"


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as transmitted. `message_id` and `order_id` are None where the mail does not say."""

    message_id: str | None
    sender: str
    subject: str = ""
    text: str = ""
    html: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    order_id: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A mail in the mailbox of one recipient; `at_monotonic` is in seconds of CLOCK_MONOTONIC.

    `transmissions` counts how often it was accepted for this recipient: 1, and one for each suppressed duplicate.
    """

    id: str
    message_id: str
    sender: str
    to: str
    subject: str
    text: str
    html: str
    headers: dict[str, str]
    order_id: str | None
    received_at: datetime
    at_monotonic: float
    transmissions: int = 1


def same_address(address: str) -> str:
    """Return what two spellings of one address have in common."""
    return address.strip().casefold()


def read_mail(content: bytes, envelope_sender: str) -> Mail:
    """Parse a mail; a header that is repeated appears once, its values joined by newlines."""
    # compat32 and not the default policy, whose header parsers raise on malformed addresses and message ids
    parsed = message_from_bytes(content, policy=policy.compat32)
    headers: dict[str, str] = {}
    spelling: dict[str, str] = {}
    for name, raw in parsed.items():
        value = _decoded_header(str(raw))
        known = spelling.setdefault(name.casefold(), name)
        headers[known] = f"{headers[known]}\n{value}" if known in headers else value
    first = {folded: headers[name].split("\n", 1)[0] for folded, name in spelling.items()}
    return Mail(
        message_id=first.get("message-id") or None,
        sender=first.get("from") or envelope_sender,
        subject=first.get("subject", ""),
        text=_body(parsed, "text/plain"),
        html=_body(parsed, "text/html"),
        headers=headers,
        order_id=first.get(ORDER_ID_HEADER.casefold()) or None,
    )


def _decoded_header(raw: str) -> str:
    unfolded = " ".join(raw.split())
    try:
        parts: Iterable[tuple[bytes | str, str | None]] = decode_header(unfolded)
    except (HeaderParseError, ValueError):  # base64 that is none
        return _printable(unfolded)
    return _printable("".join(part if isinstance(part, str) else _decoded(part, charset) for part, charset in parts))


def _body(parsed: "ParsedMessage[str, str]", content_type: str) -> str:
    for part in parsed.walk():
        if part.get_content_type() == content_type and part.get_content_disposition() != "attachment":
            # a part that is not multipart has a payload of bytes, which the stubs cannot know
            payload = cast("bytes | None", part.get_payload(decode=True))
            return "" if payload is None else _decoded(payload, part.get_content_charset()).replace("\r\n", "\n")
    return ""


def _decoded(data: bytes, charset: str | None) -> str:
    try:
        return data.decode(charset or "utf-8", errors="replace")
    except (LookupError, ValueError):
        return data.decode("utf-8", errors="replace")


def _printable(text: str) -> str:
    """Replace the surrogates that stand for undecodable bytes: JSON cannot carry them."""
    return text.encode("utf-8", errors="surrogateescape").decode("utf-8", errors="replace")
