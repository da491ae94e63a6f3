"""The queues that two services share a name for: declared alike by whoever comes first."""

from system.common.broker import QueueSpec

ORDER_PLACE = QueueSpec("order.place")
"""PlaceOrder commands, from the gateway to the order service."""
