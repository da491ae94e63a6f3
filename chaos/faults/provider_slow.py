"""provider_slow: the payment provider takes its time before it does what it is asked."""

from collections.abc import Callable
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed

from pydantic import JsonValue

from chaos.faults.provider_script import ProviderScript, Rule


def provider_slow(*operations: str, ms: int) -> Callable[[Random], ProviderScript]:
    """These operations begin `ms` milliseconds late."""
    action: dict[str, JsonValue] = {"kind": "delay", "ms": ms, "when": "before"}
    return lambda _random: ProviderScript([Rule(each, action, f"{ms} ms slow") for each in operations])
