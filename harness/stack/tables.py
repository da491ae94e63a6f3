"""Read TOML tables strictly: wrong types, missing keys and keys nobody knows are errors that name file and key."""

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

from harness.stack.errors import TopologyError
from harness.stack.placeholders import unknown_in

_LAST_PORT = 65535
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Table:
    """One TOML table and where it stands. Every key must be taken; `done` complains about those left."""

    def __init__(self, source: Path, key: str, data: Mapping[str, Any]) -> None:
        self._source = source
        self.key = key
        self._left = dict(data)

    @classmethod
    def load(cls, path: Path) -> "Table":
        """The whole file. Raises TopologyError when it cannot be read or is not TOML."""
        try:
            return cls(path, "", tomllib.loads(path.read_text(encoding="utf-8")))
        except OSError as error:
            raise TopologyError(f"{path}: cannot be read: {error.strerror}") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise TopologyError(f"{path}: not valid TOML: {error}") from error

    def fail(self, key: str, problem: str) -> NoReturn:
        """Raise TopologyError for `key` of this table."""
        raise TopologyError(f"{self._source}: {self._full(key)}: {problem}")

    def text(self, key: str, default: str | None = None) -> str:
        """A string that is not empty, unless the default is."""
        value = self._take(key, default)
        if not isinstance(value, str) or (not value and value != default):
            self.fail(key, f"must be a non-empty string, not {value!r}")
        return value

    def flag(self, key: str, *, default: bool) -> bool:
        """true or false."""
        value = self._take(key, default)
        if not isinstance(value, bool):
            self.fail(key, f"must be true or false, not {value!r}")
        return value

    def port(self, key: str) -> int | None:
        """A TCP port number, None when absent."""
        if key not in self._left:
            return None
        value = self._take(key, None)
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _LAST_PORT:
            self.fail(key, f"must be a port from 1 to {_LAST_PORT}, not {value!r}")
        return value

    def texts(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """A list of strings, none of them empty."""
        value = self._take(key, default)
        if not isinstance(value, list | tuple) or not all(isinstance(item, str) and item for item in value):
            self.fail(key, f"must be a list of non-empty strings, not {value!r}")
        return tuple(value)

    def mapping(self, key: str) -> dict[str, str]:
        """A table of strings; empty when absent."""
        value = self._take(key, {})
        if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
            self.fail(key, f"must be a table of strings, not {value!r}")
        return dict(value)

    def variable(self, key: str) -> str:
        """The name of an environment variable."""
        value = self.text(key)
        self._check_variable(key, value)
        return value

    def ports(self, key: str) -> dict[str, str]:
        """A table of environment variables, by the name of the port they carry."""
        value = self.mapping(key)
        for name, variable in value.items():
            self._check_variable(f"{key}.{name}", variable)
        return value

    def environment(self, key: str, allowed: Collection[str]) -> dict[str, str]:
        """A table of values for environment variables; `allowed` placeholders and {secret:NAME} may occur in them."""
        value = self.mapping(key)
        for variable, text in value.items():
            self._check_variable(f"{key}.{variable}", variable)
            self.known(f"{key}.{variable}", text, allowed, secrets=True)
        return value

    def known(self, key: str, text: str, allowed: Collection[str], *, secrets: bool = False) -> None:
        """Complain when `text`, the value of `key`, has a placeholder that is not `allowed`."""
        for name in unknown_in(text, allowed, secrets=secrets):
            self.fail(key, f"unknown placeholder {{{name}}}; known here: {', '.join(sorted(allowed))}")

    def _check_variable(self, key: str, name: str) -> None:
        if not _VARIABLE.fullmatch(name):
            self.fail(key, f"{name!r} cannot be the name of an environment variable")

    def table(self, key: str, *, required: bool = False) -> "Table":
        """A sub-table; empty when absent and not required."""
        value = self._take(key, None if required else {})
        if not isinstance(value, dict):
            self.fail(key, f"must be a table, not {value!r}")
        return Table(self._source, self._full(key), value)

    def tables(self, key: str) -> Iterator[tuple[str, "Table"]]:
        """Every sub-table of a sub-table, by name, in the order of the file."""
        parent = self.table(key)
        for name in parent.names():
            yield name, parent.table(name)

    def names(self) -> tuple[str, ...]:
        """The keys not taken yet, in the order of the file."""
        return tuple(self._left)

    def done(self) -> None:
        """Raise TopologyError when a key was not understood: it is probably a typing mistake."""
        for key in self._left:
            self.fail(key, "unknown key")

    def _take(self, key: str, default: object) -> Any:
        value = self._left.pop(key, default)
        if value is None:
            self.fail(key, "is missing")
        return value

    def _full(self, key: str) -> str:
        return ".".join(part for part in (self.key, key) if part)
