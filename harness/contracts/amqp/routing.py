"""Which messages a binding carries: the patterns of topic exchanges.

A key is words separated by dots; in a pattern `*` is one word and `#` any number of them, none included.
Source: AMQP 0-9-1, 3.1.3.3, "The Topic Exchange Type".
"""

from collections.abc import Sequence

_ONE, _ANY = "*", "#"


def covers(exchange_type: str, wide: str, narrow: str) -> bool:
    """Whether every message that a binding with `narrow` carries is carried by one with `wide`; keys are patterns, too."""
    match exchange_type:
        case "fanout":
            return True
        case "topic":
            return _covers(wide.split("."), narrow.split("."))
        case _:
            return wide == narrow


def _covers(wide: Sequence[str], narrow: Sequence[str]) -> bool:
    if not wide:
        return not narrow
    if wide[0] == _ANY:
        return _covers(wide[1:], narrow) or (bool(narrow) and _covers(wide, narrow[1:]))
    if not narrow or narrow[0] == _ANY:
        return False
    return wide[0] in (_ONE, narrow[0]) and _covers(wide[1:], narrow[1:])
