"""A change of an interface, as a rule found it: what broke, where, for whom, and how much it matters.

Every checker (proto, OpenAPI, AMQP, consumers, versions, drift) returns these, so that acceptance, reports and exit codes
exist once.
"""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How much a change matters: ERR breaks a consumer, WARN may break one, INFO is worth knowing."""

    ERR = "ERR"
    WARN = "WARN"
    INFO = "INFO"


@dataclass(frozen=True, order=True)
class Finding:
    """One change, by the id of the rule that saw it.

    `contract` is the interface judged ("proto", "openapi", "amqp", "consumers", "versions", "drift"); `where` names the place
    within it without line numbers (`POST /orders 201 application/json /total`), so that an acceptance survives edits;
    `consumers` are those known to break, with the place of use where it is known.
    """

    contract: str
    rule: str
    where: str
    level: Level
    message: str
    consumers: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str, str]:
        """What identifies the same change in another run."""
        return (self.contract, self.rule, self.where)
