"""Identity of requests: one idempotency key of one user is one order, with one content.

The order's id is derived from user and key (RFC 9562 UUID version 5), so every retry of a request names the same order
wherever it arrives; a fingerprint of the content tells a retry from another request under the same key.
"""

import hashlib
import uuid
from collections.abc import Iterable

NAMESPACE = uuid.UUID("6f2d8e0c-4f57-4f0e-9f5e-0f6d0a3f5a11")


def order_id(user_id: str, key: str) -> str:
    """The id of the order that `user_id` asks for under `key`."""
    return str(uuid.uuid5(NAMESPACE, f"{user_id}\x00{key}"))


def fingerprint(parts: Iterable[str]) -> str:
    """SHA-256 over the parts, each with its length in front so that no two lists share a digest; 64 hex digits."""
    digest = hashlib.sha256()
    for part in parts:
        encoded = part.encode()
        digest.update(len(encoded).to_bytes(4, "big"))
        digest.update(encoded)
    return digest.hexdigest()
