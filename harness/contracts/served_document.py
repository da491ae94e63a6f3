"""A JSON document that the entry service serves, such as its OpenAPI document."""

from dataclasses import dataclass

import httpx

from harness.contracts.checker import SourceError
from harness.contracts.documents import as_json
from harness.stack.view import StackView

_TIMEOUT_S = 10.0


@dataclass(frozen=True)
class ServedDocument:
    """What the entry service answers at `path`, with its keys sorted."""

    document: str
    path: str

    def read(self, stack: StackView) -> bytes:
        """See LiveSource."""
        try:
            answer = httpx.get(f"{stack.base_url}{self.path}", timeout=_TIMEOUT_S, trust_env=False)
            answer.raise_for_status()
            return as_json(answer.json())
        except (httpx.HTTPError, ValueError) as error:
            raise SourceError(f"{self.path} of the entry service: {error}") from error
