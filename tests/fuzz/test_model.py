"""The model of the shop and the shop agree: a short run with a fixed seed on the stack that the tests share."""

from pathlib import Path

from chaos.fuzz.model import model
from harness.stack.attach import AttachedStack
from tests.fuzz.trial import tried_out


async def test_the_model_explains_every_answer_of_the_shop(stack: AttachedStack, tmp_path: Path) -> None:
    summary, found = await tried_out(model, stack, seconds=11, seed=9, folder=tmp_path)
    assert not summary.error
    assert not [each.finding.message for each in found if each.repeated]
    assert not summary.gaps
    assert {"register", "set_stock", "place_order"} <= {each.target for each in summary.tried}
