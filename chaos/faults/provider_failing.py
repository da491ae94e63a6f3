"""provider_failing: the payment provider answers 503 or hangs up, with or without having done what it was asked."""

from collections.abc import Callable
from itertools import product
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed

from pydantic import JsonValue

from chaos.faults.provider_script import ProviderScript, Rule

WAYS: dict[str, dict[str, JsonValue]] = {
    "503 without effect": {"kind": "fail", "status": 503, "when": "before"},
    "503 after the effect": {"kind": "fail", "status": 503, "when": "after"},
    "hung up without effect": {"kind": "drop", "when": "before"},
    "hung up after the effect": {"kind": "drop", "when": "after"},
}


def provider_failing(*operations: str, times: int) -> Callable[[Random], ProviderScript]:
    """These operations fail in each way `times` times; the seed decides which way comes first."""

    def make(random: Random) -> ProviderScript:
        rules = [Rule(each, WAYS[way], way, times) for each, way in product(operations, WAYS)]
        random.shuffle(rules)
        return ProviderScript(rules)

    return make
