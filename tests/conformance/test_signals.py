"""A member is told to stop once. To many programs a second SIGTERM means: at once, whatever you have begun."""

import os
import sys
from pathlib import Path

from harness.stack.marker import Mark
from harness.stack.process import Launch, Supervised

PROGRAM = """
import os, signal, time
heard = []
signal.signal(signal.SIGTERM, lambda *_: heard.append(1))
print("ready", flush=True)
while not heard:
    time.sleep(0.01)
time.sleep(1)
print(f"heard {len(heard)}", flush=True)
"""


def member(program: str, folder: Path) -> Supervised:
    mark = Mark("signals", folder).of("toy")

    def ready() -> bool:
        return "ready" in mark.log.read_text()

    launch = Launch("toy", (sys.executable, "-c", program), dict(os.environ), mark, folder, ready)
    toy = Supervised(launch)
    toy.boot()
    toy.wait_ready(20)
    return toy


def test_it_is_told_once(tmp_path: Path) -> None:
    toy = member(PROGRAM, tmp_path)
    try:
        toy.terminate(20)
    finally:
        toy.kill()
    assert toy.log.read_text().split("\n") == ["ready", "heard 1", ""]
