"""Takes PlaceOrder commands off the queue in batches, and answers whoever waits.

A command is acknowledged once its order is durable; it is then the saga's to finish. What is not a command, or can never be
one, goes to the dead-letter queue with its reason. When a batch fails for a reason nobody thought of, its messages are
handled one by one, so that the one at fault does not take the others with it.
"""

from collections.abc import Sequence

from aio_pika.abc import AbstractChannel, AbstractIncomingMessage
from google.protobuf.message import DecodeError
from opentelemetry import trace
from shop.events.v1 import events_pb2

from system.common.broker import LOST, acknowledge, answer, dead_letter
from system.common.errors import ShopError
from system.common.queues import ORDER_PLACE
from system.common.telemetry import continue_trace, log
from system.order.domain import Order, Placement, fault_of
from system.order.handlers import OrderHandlers, Placed
from system.order.wire import order_message, placement


class PlaceOrderConsumer:
    """The `Handle` of the queue order.place."""

    def __init__(self, handlers: OrderHandlers) -> None:
        self._handlers = handlers

    async def __call__(self, channel: AbstractChannel, messages: Sequence[AbstractIncomingMessage]) -> None:
        """Handle and settle a batch. Raises ShopError when it must be tried again."""
        readable = [(m, p) for m in messages if (p := await self._read(m)) is not None]
        headers = {key: str(value) for key, value in (readable[0][0].headers if readable else {}).items()}
        with trace.use_span(continue_trace(headers, "place orders"), end_on_exit=True):
            try:
                await self._place(channel, readable)
            except (ShopError, *LOST):
                raise
            except Exception as error:  # noqa: BLE001 - a poison message must not take the batch with it
                log.error("batch failed, handling one by one", size=len(readable), exc_info=error)
                for pair in readable:
                    await self._place_alone(channel, pair)

    @staticmethod
    async def _read(message: AbstractIncomingMessage) -> Placement | None:
        try:
            wish = placement(events_pb2.PlaceOrder.FromString(message.body))
        except DecodeError:
            await dead_letter(message, ORDER_PLACE.name, "NOT_A_PLACE_ORDER")
            return None
        if reason := fault_of(wish):
            await dead_letter(message, ORDER_PLACE.name, reason)
            return None
        return wish

    async def _place(self, channel: AbstractChannel, batch: Sequence[tuple[AbstractIncomingMessage, Placement]]) -> None:
        if not batch:
            return
        placed = await self._handlers.place([wish for _, wish in batch])
        for (message, _), (outcome, order) in zip(batch, placed, strict=True):
            await acknowledge(message)
            await answer(channel, message, _reply(outcome, order))

    async def _place_alone(self, channel: AbstractChannel, pair: tuple[AbstractIncomingMessage, Placement]) -> None:
        try:
            await self._place(channel, [pair])
        except (ShopError, *LOST):
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the dead-letter queue keeps it for people to look at
            log.error("command cannot be handled", order_id=pair[1].order_id, exc_info=error)
            await dead_letter(pair[0], ORDER_PLACE.name, type(error).__name__)


def _reply(outcome: Placed, order: Order) -> bytes:
    value = events_pb2.PlaceOrderOutcome.Value(f"PLACE_ORDER_OUTCOME_{outcome}")
    return events_pb2.PlaceOrderReply(order=order_message(order), outcome=value).SerializeToString()
