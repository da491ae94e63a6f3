"""What one version of a system says of its interfaces: documents by file name, of a release or of what runs now.

Checkers see nothing else of a system, so that a saved version can be judged as well as a running one, and a change can be
planted into a copy.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any


class DocumentMissing(LookupError):
    """A version has no document of that name."""


@dataclass(frozen=True)
class Documents:
    """The documents of one version: `version` is that of a release, or CURRENT; `files` are bytes by name."""

    version: str
    files: Mapping[str, bytes]

    def __contains__(self, name: str) -> bool:
        return name in self.files

    def content(self, name: str) -> bytes:
        """A document as it is. Raises DocumentMissing."""
        try:
            return self.files[name]
        except KeyError as error:
            raise DocumentMissing(
                f"{self.version} has no {name}; it has {', '.join(sorted(self.files)) or 'nothing'}"
            ) from error

    def json(self, name: str) -> Any:
        """A JSON document, parsed. Raises DocumentMissing, ValueError."""
        return json.loads(self.content(name))

    def with_file(self, name: str, content: bytes) -> "Documents":
        """The same documents with this one in place of what was there."""
        return replace(self, files={**self.files, name: content})

    def with_json(self, name: str, content: object) -> "Documents":
        """The same documents with this JSON document in place of what was there."""
        return self.with_file(name, as_json(content))


CURRENT = "current"
"""The version of documents that are not released."""


def as_json(content: object) -> bytes:
    """A JSON document as it is saved: sorted keys, so that equal content is equal bytes."""
    return (json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()
