"""Finds what the modules of a package define, so that adding a guarantee or an experiment is adding one file."""

import importlib
import pkgutil
from typing import TypeVar

T = TypeVar("T")


def collect(package: str, kind: type[T]) -> tuple[T, ...]:
    """The instances of `kind` at the top of every module of a package, by module name. Raises ImportError."""
    found: dict[int, T] = {}
    path = importlib.import_module(package).__path__
    for name in sorted(module.name for module in pkgutil.iter_modules(path)):
        for value in vars(importlib.import_module(f"{package}.{name}")).values():
            if isinstance(value, kind):
                found.setdefault(id(value), value)
    return tuple(found.values())
