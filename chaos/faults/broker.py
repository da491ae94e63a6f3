"""Protocols of a subject with a broker, for the faults on messages."""

from typing import Protocol

from harness.experiment import AssumptionError
from harness.stack.errors import StackError

BROKER = "rabbitmq"
"""Its name in services.toml."""


class Broker(Protocol):
    """A stack with the broker's address."""

    @property
    def amqp_url(self) -> str:
        """The broker's URL with credentials. Raises StackError."""


class HasBroker(Protocol):
    """A subject with a broker."""

    @property
    def stack(self) -> Broker:
        """The stack that the broker runs on."""


def assume_broker(subject: HasBroker) -> None:
    """Raises AssumptionError when there is none."""
    try:
        _ = subject.stack.amqp_url
    except StackError as error:
        raise AssumptionError(str(error)) from error
