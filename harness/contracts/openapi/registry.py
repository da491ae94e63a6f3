"""The registry that every rule about OpenAPI declares itself in.

Most rules are about schemas and hold for whatever has one: then the rule is an *aspect* (`max-length-decreased`), declared
for what clients send or for what they get, and its id begins with where it was seen (`request-parameter-`,
`response-property-`). An aspect that is not declared for a direction hurts nobody there.
"""

from enum import StrEnum

from harness.contracts.finding import Level
from harness.contracts.rules import Rule, Rules

RULES = Rules("openapi")


class Direction(StrEnum):
    """Who writes the values of a schema: clients (they must stay accepted), or the server (they must stay understood)."""

    REQUEST = "request"
    RESPONSE = "response"


SUBJECTS = {
    Direction.REQUEST: ("request-parameter", "request-body", "request-property"),
    Direction.RESPONSE: ("response-header", "response-body", "response-property"),
}
ASPECTS: dict[str, dict[Direction, Level]] = {}
"""The aspects by name, each with the directions in which it hurts."""


def aspect(
    name: str, *, request: str = "", response: str = "", level: Level = Level.ERR, response_level: Level | None = None
) -> str:
    """Declare an aspect's rules: one sentence for each direction in which it hurts. Returns its name."""
    known = ASPECTS.setdefault(name, {})
    sentences = {Direction.REQUEST: (request, level), Direction.RESPONSE: (response, response_level or level)}
    for direction, (sentence, how_much) in sentences.items():
        if sentence:
            known[direction] = how_much
            for subject in SUBJECTS[direction]:
                RULES.declare(f"{subject}-{name}", how_much, sentence)
    return name


def rule_of(subject: str, name: str, direction: Direction) -> Rule | None:
    """The rule of an aspect at a place, None where it hurts nobody. Raises KeyError for an aspect that was not declared."""
    return RULES[f"{subject}-{name}"] if direction in ASPECTS[name] else None
