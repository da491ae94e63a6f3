"""A process that keeps a toy system between runs: `python keeper.py TOPOLOGY FOLDER`; says its stack, and waits for ever."""

import asyncio
import sys
from pathlib import Path

from harness.experiment import Choices, Context, RunProgress
from harness.history import Recorder, Writer
from harness.seed import Seed
from harness.system import KeptStacks, StackNeeds, stacks_kept


async def run(stacks: KeptStacks, folder: Path) -> str:
    with Writer(folder / "history.jsonl") as writer:
        context = Context(Seed(1), Recorder(writer), RunProgress(), folder, lambda _text: None, Choices("native"))
        async with stacks.ready(StackNeeds(topology=Path(sys.argv[1])), context) as stack:
            return f"{stack.mark.stack} {stack.folder}"


folders = [Path(sys.argv[2]) / name for name in ("one", "two")]
for folder in folders:
    folder.mkdir()
with stacks_kept() as stacks:
    told = [asyncio.run(run(stacks, folder)) for folder in folders]
    sys.stdout.write("\n".join([*told, ""]))
    sys.stdout.flush()
    sys.stdin.read()
