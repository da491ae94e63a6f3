"""What a script can do to the payment provider."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from system.sandbox.provider.domain import Operation
from system.sandbox.script import Action, Delay, Drop, Fail, Match, Rule, Rules


class Decline(Action):
    """Decline a capture with `code`, whatever the method of payment: an effect like any other, and a final one."""

    kind: Literal["decline"]
    code: str = Field(min_length=1, max_length=64)


class PaymentMatch(Match):
    """Which payment is meant; a payment that is being created has no id yet."""

    reference: str | None = None
    payment_id: str | None = None


class PaymentRule(Rule):
    """Strike an operation, any when it is null; a repeated answer counts as a request like any other."""

    operation: Annotated[Operation, Field(strict=False)] | None = None
    match: PaymentMatch = PaymentMatch()
    action: Annotated[Fail | Delay | Drop | Decline, Field(discriminator="kind")]

    @model_validator(mode="after")
    def _only_captures_are_declined(self) -> Self:
        if isinstance(self.action, Decline) and self.operation is not Operation.CAPTURE:
            raise ValueError("only a capture can be declined: set operation to capture")
        return self

    @property
    def conditions(self) -> Mapping[str, str]:
        """The operation and the match."""
        operation = {} if self.operation is None else {"operation": self.operation.value}
        return operation | self.match.model_dump(exclude_none=True)

    @property
    def deed(self) -> Action:
        """The action."""
        return self.action


class PaymentRules(Rules[PaymentRule]):
    """The body of `POST /script`."""
