"""provider_late: the payment provider does what it is asked, and says so too late: the money moves and nobody knows."""

from collections.abc import Callable
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed

from pydantic import JsonValue

from chaos.faults.provider_script import ProviderScript, Rule


def provider_late(*operations: str, ms: int, times: int | None = None) -> Callable[[Random], ProviderScript]:
    """These operations have their effect at once and are answered `ms` milliseconds later, `times` of them or all."""
    action: dict[str, JsonValue] = {"kind": "delay", "ms": ms, "when": "after"}
    return lambda _random: ProviderScript([Rule(each, action, f"answered {ms} ms late", times) for each in operations])
