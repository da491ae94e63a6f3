"""What faults of messages need: the shop's broker."""

from typing import Protocol

from harness.experiment import AssumptionError
from harness.stack.errors import StackError

BROKER = "rabbitmq"
"""Its name in services.toml."""


class Broker(Protocol):
    """How to reach it."""

    @property
    def amqp_url(self) -> str:
        """With credentials. Raises StackError."""


class HasBroker(Protocol):
    """A subject with a broker."""

    @property
    def stack(self) -> Broker:
        """It."""


def assume_broker(subject: HasBroker) -> None:
    """Raises AssumptionError when there is none."""
    try:
        _ = subject.stack.amqp_url
    except StackError as error:
        raise AssumptionError(str(error)) from error
