"""What a script can do to the mail server."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from system.sandbox.mailbox.domain import same_address
from system.sandbox.script import Action, Delay, Drop, Match, Reject, Rule, Rules


class MailMatch(Match):
    """Which mail is meant: one that has this recipient among others, is about this order, has this Message-ID."""

    to: str | None = None
    order_id: str | None = None
    message_id: str | None = None


class MailRule(Rule):
    """Strike a mail when all of it was transmitted."""

    match: MailMatch = MailMatch()
    action: Annotated[Reject | Delay | Drop, Field(discriminator="kind")]

    @property
    def conditions(self) -> Mapping[str, str]:
        """The match."""
        conditions = self.match.model_dump(exclude_none=True)
        return conditions if self.match.to is None else conditions | {"to": same_address(self.match.to)}

    @property
    def deed(self) -> Action:
        """The action."""
        return self.action


class MailRules(Rules[MailRule]):
    """The body of `POST /script`."""
