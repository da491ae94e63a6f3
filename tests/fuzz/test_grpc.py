"""Every RPC of the shared shop is fuzzed for a few seconds, with a fixed seed."""

from pathlib import Path

from chaos.fuzz.grpc import grpc
from harness.stack.attach import AttachedStack
from tests.fuzz.trial import tried_out


async def test_no_request_makes_an_rpc_fail_itself(stack: AttachedStack, tmp_path: Path) -> None:
    summary, found = await tried_out(grpc, stack, seconds=10, seed=1, folder=tmp_path)
    assert not [each.finding for each in found if each.repeated]
    assert not summary.error
    assert not summary.gaps, "each RPC was answered OK at least once"
    rpcs = {each.target for each in summary.tried if each.target.startswith("shop.")}
    assert len(rpcs) == 33
