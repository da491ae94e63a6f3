"""The kinds of faults by name. A kind registers itself in its own module."""

import importlib
import pkgutil
from collections.abc import Callable
from typing import Any, TypeVar

from harness.faults.protocol import Fault
from harness.faults.spec import FaultSpec

F = TypeVar("F", bound=Callable[[FaultSpec], Fault[Any]])

KINDS: dict[str, Callable[[FaultSpec], Fault[Any]]] = {}
"""Factories from spec to fault by kind, of the modules imported so far."""


class UnknownKindError(LookupError):
    """No fault of that kind is registered; the message lists the kinds."""


def fault_kind(name: str) -> Callable[[F], F]:
    """Register a class, or another factory of faults, as a kind. Raises ValueError when the name is taken."""

    def register(maker: F) -> F:
        if KINDS.setdefault(name, maker) is not maker:
            raise ValueError(f"two kinds of faults are called {name}")
        return maker

    return register


def make(spec: FaultSpec) -> Fault[Any]:
    """The fault that a spec describes. Raises UnknownKindError; SpecError."""
    known = KINDS if spec.kind in KINDS else load_kinds()
    if spec.kind not in known:
        raise UnknownKindError(f"there is no fault of kind {spec.kind!r}; there is {', '.join(sorted(known))}")
    return known[spec.kind](spec)


def load_kinds(package: str = "harness.faults") -> dict[str, Callable[[FaultSpec], Fault[Any]]]:
    """Import all modules of a package; returns every kind."""
    for module in pkgutil.iter_modules(importlib.import_module(package).__path__):
        importlib.import_module(f"{package}.{module.name}")
    return KINDS
