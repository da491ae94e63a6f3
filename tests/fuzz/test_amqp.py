"""Every consumed queue of the shared shop is fuzzed for a few seconds, with a fixed seed."""

from pathlib import Path

from chaos.fuzz.amqp import amqp
from harness.stack.attach import AttachedStack
from tests.fuzz.trial import tried_out


async def test_bad_messages_are_refused_and_harm_no_other(stack: AttachedStack, tmp_path: Path) -> None:
    summary, found = await tried_out(amqp, stack, seconds=10, seed=1, folder=tmp_path)
    assert not [each.finding for each in found if each.repeated]
    assert not summary.error
    assert not summary.gaps, "each kind of hopeless message was sent, and each consumed queue is known"
