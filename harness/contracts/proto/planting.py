"""Plants a change into a copy of the .proto files: text found and replaced, as a developer would write it."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from harness.contracts.documents import Documents
from harness.contracts.planted import EditError
from harness.contracts.proto import buf
from harness.contracts.proto.sources import IMAGE

_NOT_SOURCES = shutil.ignore_patterns("gen")


@dataclass(frozen=True)
class Rewrite:
    """The first `find` after `after` becomes `replacement`; `after` is there once, without it `find` is."""

    find: str
    replacement: str
    after: str = ""

    def apply(self, text: str) -> str:
        """The text afterwards. Raises EditError."""
        once = self.after or self.find
        if (found := text.count(once)) != 1:
            raise EditError(f"{once!r} is there {found} times, not once")
        head, anchor, tail = text.partition(self.after) if self.after else ("", "", text)
        if self.find not in tail:
            raise EditError(f"{self.find!r} is not there after {self.after!r}")
        return f"{head}{anchor}{tail.replace(self.find, self.replacement, 1)}"


def rewritten(folder: Path, file: str, *rewrites: Rewrite) -> Callable[[Documents], Documents]:
    """The edit that puts the image of a copy in place in which `file` is rewritten.

    It raises EditError, and SourceError when the result cannot be built.
    """

    def edit(documents: Documents) -> Documents:
        with TemporaryDirectory(prefix="gauntlet-proto-") as scratch:
            copy = Path(scratch) / "proto"
            shutil.copytree(folder, copy, ignore=_NOT_SOURCES)
            text = (copy / file).read_text()
            for each in rewrites:
                text = each.apply(text)
            (copy / file).write_text(text)
            return documents.with_file(IMAGE, buf.build(copy))

    return edit
