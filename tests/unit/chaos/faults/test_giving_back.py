"""A command that is given back is delivered again, and none is kept."""

from dataclasses import dataclass
from typing import Any

from chaos.faults.giving_back import GivingBack
from harness.faults.spec import FaultSpec


@dataclass
class Arrived:
    """A message as a consumer gets it."""

    requeued: int = 0

    async def reject(self, *, requeue: bool) -> None:
        self.requeued += requeue


async def test_every_command_is_given_back_and_counted() -> None:
    fault = GivingBack(FaultSpec(kind="giving_back", members=("rabbitmq",), parameters={"hold_ms": 1}))
    shop: Any = None
    assert not (await fault.prove(shop)).effective
    messages: Any = [Arrived() for _ in range(3)]
    for message in messages:
        await fault.gives_back(message)
    assert [message.requeued for message in messages] == [1, 1, 1]
    proof = await fault.prove(shop)
    assert proof.effective
    assert "3 commands" in proof.detail
