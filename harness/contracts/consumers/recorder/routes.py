"""How a message's way through the broker is named: `exchange:routing key`, or the queue alone for the default exchange."""

import re
from typing import Any

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
REPLY = "(reply)"
"""A queue of one process alone, named by the reply_to of the message that it answers."""


def route(exchange: str, routing_key: str) -> str:
    """The name of a way."""
    if not exchange and _UUID.search(routing_key):
        return REPLY
    return f"{exchange}:{routing_key}" if exchange else routing_key


def is_delivery(owner: Any) -> bool:
    """Whether an object is a message of the broker (aio-pika's, or one that looks like it)."""
    return hasattr(owner, "routing_key") and hasattr(owner, "exchange") and hasattr(owner, "delivery_tag")
