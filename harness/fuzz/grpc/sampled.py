"""What a system tells the gRPC fuzzer about itself, so that calls get past "not found": nothing else here knows a system."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Target:
    """An instance of a service that is fuzzed. `process` identifies its process; None when it is gone.

    `metadata` is shown with every call, besides what calls have of their own: a credential of the system's services.
    """

    service: str
    name: str
    address: str
    process: Callable[[], object | None]
    metadata: tuple[tuple[str, str], ...] = ()


def _harmless(_rpc: str, _body: bytes) -> bool:
    return False


@dataclass(frozen=True)
class Sampled:
    """`samples`: requests that are answered with OK, as JSON by `package.Service/Method`. `known`: identifiers that exist,
    by field name, or by `package.Message.field` where they are meant for one message. `never_ok`: RPCs that no request gets
    an OK from, with the reason. `harmful` says of a request whether it is to be left out, because of what cannot be undone.
    """

    samples: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    known: Mapping[str, Sequence[str]] = field(default_factory=dict)
    never_ok: Mapping[str, str] = field(default_factory=dict)
    harmful: Callable[[str, bytes], bool] = _harmless
