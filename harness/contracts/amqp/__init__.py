"""The AMQP contract: exchanges, queues, bindings, and the type of message under each routing key."""

from harness.contracts.amqp.broker import BrokerSource
from harness.contracts.amqp.checker import AmqpChecker, check
from harness.contracts.amqp.registry import RULES

__all__ = ["RULES", "AmqpChecker", "BrokerSource", "check"]
