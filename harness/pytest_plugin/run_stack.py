"""The stack of this run: the first process that needs it starts it, all attach, the run's main process stops it.

When that process ends, also by SIGKILL, the stack is stopped and the run's folder removed.
A start that failed is not tried again.
"""

import fcntl
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from harness.cli.down import end
from harness.cli.options import ROOT
from harness.own_process import gauntlet
from harness.pytest_plugin.retention import PREFIX, claim, sweep
from harness.pytest_plugin.stack_options import StackOptions
from harness.stack.attach import AttachedStack, attach
from harness.stack.errors import StackBusy, StartFailed
from harness.stack.stack_folder import in_use
from harness.waiting import wait_until

_STOPPING = ((signal.SIGTERM, 45.0), (signal.SIGKILL, 25.0))
_GIVING_UP_S = 60.0


@dataclass(frozen=True)
class RunStack:
    """A Source. `folder` is made by the first start, `owner` is the pid of the process the run belongs to."""

    options: StackOptions
    folder: Path
    owner: int

    @classmethod
    def of_this_process(cls, options: StackOptions) -> "RunStack":
        """For the process the run belongs to."""
        return cls(options, Path(tempfile.gettempdir()) / f"{PREFIX}{secrets.token_hex(8)}", os.getpid())

    @property
    def header(self) -> str:
        """See Source."""
        return f"provider {self.options.provider}, own stack when a test asks for it, topology {self.options.topology}"

    @property
    def shared(self) -> dict[str, str | int]:
        """See Source."""
        return {"folder": str(self.folder), "owner": self.owner}

    @property
    def place(self) -> Path:
        """The run folder of the stack."""
        return self.folder / ROOT / "default"

    def stack(self) -> AttachedStack:
        """See Source."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        with self._gate.open("a") as gate:
            fcntl.flock(gate, fcntl.LOCK_EX)
            if not self._failure.exists():
                self._failure.write_text(self._start(gate.fileno()))
            if failure := self._failure.read_text():
                raise StartFailed(failure)
        return attach(self.place)

    def close(self, *, green: bool) -> str:
        """See Source. Logs are kept unless the run was green."""
        if not self.folder.exists():
            return ""
        self._give_up_start()
        if in_use(self.place) and not end(self.place, _STOPPING):
            raise StackBusy(f"the stack in {self.place} does not end; {self.place / 'owner.log'} may say why")
        if not green:
            return f"the stack's logs are kept in {self.place / 'logs'}"
        shutil.rmtree(self.folder)
        return ""

    @property
    def _gate(self) -> Path:
        return self.folder / "starting"

    @property
    def _failure(self) -> Path:
        return self.folder / "failure"

    def _start(self, gate: int) -> str:
        """Start it; why that failed, "" when it did not. The command holds the gate too, should we be killed meanwhile."""
        sweep(self.folder.parent)
        claim(self.folder, self.owner)
        whose = ["--owner-pid", str(self.owner), "--scratch", str(self.folder)]
        up = ["up", "--detach", "--port", "0", *whose, *self.options.arguments()]
        command = subprocess.Popen(  # noqa: S603 - ourselves
            gauntlet(*up),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            pass_fds=(gate,),
        )
        self._gate.write_text(str(command.pid))
        try:
            said, _ = command.communicate()
        except BaseException:  # Ctrl-C, pytest-timeout: it stops what it has begun
            command.send_signal(signal.SIGINT)
            command.wait()
            raise
        return f"gauntlet {' '.join(up)} ended with {command.returncode}:\n{said}" if command.returncode else ""

    def _give_up_start(self) -> None:
        """A worker may have been killed while it started the stack: end its command."""
        with self._gate.open("a+") as gate:

            def free() -> bool:
                try:
                    fcntl.flock(gate, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    return False
                return True

            if not free():
                gate.seek(0)
                if pid := gate.read():
                    with suppress(ProcessLookupError):
                        os.kill(int(pid), signal.SIGINT)
                wait_until(free, what="the start of the stack given up", timeout_s=_GIVING_UP_S)
