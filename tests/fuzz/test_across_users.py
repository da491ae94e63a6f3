"""Nobody gets at what is another's: every operation of the gateway's document, tried briefly on the tests' shop."""

from pathlib import Path

import pytest

from chaos.fuzz.across_users import across_users
from harness.stack.attach import AttachedStack
from tests.fuzz.trial import tried_out


@pytest.mark.timeout(150)
async def test_nobody_gets_at_what_is_anothers(stack: AttachedStack, tmp_path: Path) -> None:
    summary, found = await tried_out(across_users, stack, seconds=90, seed=1, folder=tmp_path)
    assert not [each for each in found if each.repeated]
    assert not summary.gaps
    assert not summary.error
    assert summary.attempts > 300
