"""Read a services.toml: all problems are reported at once, a line each, with file, table, key and remedy."""

import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from reprlib import repr as short
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from harness.stack.errors import TopologyError
from harness.stack.services_toml.rules import Problem, Rules
from harness.stack.services_toml.tables import Members, ServicesToml, StackTable

_KEY = "[key]"
"""Pydantic's mark in a location for a problem of the key, not of its value."""


def read(path: Path) -> ServicesToml:
    """Read and check `path`. Raises TopologyError."""
    data = _parsed(path)
    try:
        file = ServicesToml.model_validate(data)
    except ValidationError as error:
        problems = [*_of_tables(error), *_of_the_rest(data, error)]
    else:
        problems = [*Rules(file).problems(file.stack)]
        if not problems:
            return file
    raise TopologyError("\n".join(f"{path}: {problem}" for problem in problems))


def _parsed(path: Path) -> dict[str, Any]:
    try:
        content = path.read_bytes()
        return tomllib.loads(content.decode("utf-8-sig"))  # editors on Windows put a byte order mark in front
    except (OSError, ValueError) as error:
        raise TopologyError(f"{path}: {_unreadable(error)}") from error


def _unreadable(error: OSError | ValueError) -> str:
    if isinstance(error, OSError):
        return f"cannot be read: {error.strerror}"
    if isinstance(error, UnicodeDecodeError):
        line = error.object.count(b"\n", 0, error.start) + 1
        return f"not UTF-8: byte 0x{error.object[error.start]:02x} in line {line}; save it as UTF-8"
    return f"not valid TOML: {error}"


def _of_the_rest(data: Mapping[str, Any], error: ValidationError) -> Iterator[Problem]:
    """Problems between tables, of the tables that are valid by themselves."""
    wrong = {tuple(map(str, details["loc"][:2])) for details in error.errors()}
    rest = {
        section: {name: value for name, value in table.items() if (section, name) not in wrong}
        for section, table in data.items()
        if section in Members.model_fields and (section,) not in wrong
    }
    stack = None if any(where[0] == "stack" for where in wrong) else StackTable.model_validate(data["stack"])
    unread = frozenset(where[1] for where in wrong if len(where) > 1)
    if all((section,) not in wrong for section in Members.model_fields):
        yield from Rules(Members.model_validate(rest), unread).problems(stack)


def _of_tables(error: ValidationError) -> Iterator[Problem]:
    for details in error.errors():
        where = [part for part in details["loc"] if part != _KEY]
        key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in where).removeprefix(".")
        yield Problem(key, _words(details))


def _words(details: ErrorDetails) -> str:
    """A pydantic error in TOML's terms."""
    kind, given = details["type"], details["input"]
    if kind == "value_error":
        return str(details["ctx"]["error"])
    *table, key = map(str, details["loc"])
    model = _model(table)
    if kind == "missing" and model is not None:
        return f"is missing. {model.model_fields[key].description}"
    if kind == "extra_forbidden" and model is not None:
        meant = "".join(f" Was {name} meant?" for name in get_close_matches(key, model.model_fields, 1))
        return f"unknown key.{meant} Known here: {', '.join(model.model_fields)}"
    words = {
        "too_short": "is empty",
        "list_type": f"must be a list of non-empty strings, not {short(given)}",
        "dict_type": f"must be a table, not {short(given)}",
        "model_type": f"must be a table, not {short(given)}",
    }
    return words.get(kind, details["msg"])


def _model(keys: list[str]) -> type[BaseModel] | None:
    """The model of the table at `keys`."""
    found: Any = ServicesToml
    for key in keys:
        if isinstance(found, type) and issubclass(found, BaseModel):
            found = found.model_fields[key].annotation
        else:
            found = get_args(found)[-1]  # a table of tables: whatever the key
    return found if isinstance(found, type) and issubclass(found, BaseModel) else None
