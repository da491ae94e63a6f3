import os
import subprocess
import sys
from pathlib import Path

from harness.stack.scratch import Scratch


def test_the_folder_of_a_process_that_runs_stays(tmp_path: Path) -> None:
    assert not Scratch(tmp_path, os.getpid()).clear()
    assert tmp_path.exists()


def test_the_folder_of_one_that_has_ended_goes_with_all_in_it_also_before_anybody_asks_how_it_ended(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "one.log").write_text("last words")
    process = subprocess.Popen([sys.executable, "-c", "pass"], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.read()  # it has ended, or is about to
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert Scratch(tmp_path, process.pid).clear(), "a zombie owns nothing"
    assert not tmp_path.exists()
    process.communicate()
    assert Scratch(tmp_path, process.pid).clear(), "what is gone already is gone"
