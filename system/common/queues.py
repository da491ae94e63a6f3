"""The queues of the shop, each known to both its sides and declared alike by whoever comes first.

So nothing is lost that is sent before its receiver has ever reached the broker, or to a broker that is new.
"""

from system.common.broker import QueueSpec

ORDER_PLACE = QueueSpec("order.place")
"""PlaceOrder commands, from the gateway to the order service."""
ORDER_EVENTS = QueueSpec("payment.order-events", events=("order.paid",))
"""Events of the order service that the payment service acts on."""
