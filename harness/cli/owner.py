"""Own a stack until Ctrl-C, SIGTERM (`gauntlet down`) or the end of another process."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import psutil

from harness.cli.listeners import StackListener
from harness.exit_codes import ExitCode
from harness.stack.errors import StackBusy, StackError
from harness.stack.manifest import State
from harness.stack.stack import Stack

_LOOK_S = 0.5
_NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopRequested(BaseException):
    """A signal asked for the end of the stack. Not an Exception, so that no handler takes it for a failure."""

    def __init__(self, number: signal.Signals) -> None:
        super().__init__(number.name)
        self.number = number


def run_until_stopped(stack: Stack, listener: StackListener, owner_pid: int | None) -> ExitCode:
    """Start the stack, keep it until a signal or the end of `owner_pid`, stop it. Returns the exit code."""
    with stop_signals(listener.say):
        try:
            with listener.progress() as progress, _stopping_with(owner_pid):
                stack.start(progress)
            listener.ready(stack)
            wait_for_end(stack, owner_pid, listener.say)
            code = ExitCode.PASS
        except StopRequested as asked:
            code = _code(asked, stack)
        except StackBusy as error:
            name = stack.folder.name
            listener.failed(StackBusy(f"{error} (`gauntlet down --name {name}`, or `gauntlet up --name ANOTHER`)"))
            return ExitCode.TROUBLE
        except StackError as error:
            listener.failed(error)
            return ExitCode.TROUBLE
        finally:
            ignore_signals()
            try:
                with listener.progress() as progress:
                    stack.stop(progress)
            except StackError as error:
                listener.failed(error)
                code = ExitCode.TROUBLE
    listener.say(f"stopped, nothing is left running; logs are in {stack.folder / 'logs'}")
    return code


def wait_for_end(stack: Stack, owner_pid: int | None, say: Callable[[str], None]) -> None:
    """Return when the process `owner_pid` has ended; without one, only a signal ends this. Reports members that end."""
    never = threading.Event()
    alive = {instance.name for instance in stack.instances()}
    while owner_pid is None or _runs(owner_pid):
        never.wait(_LOOK_S)
        now = {instance.name for instance in stack.instances() if instance.alive}
        for name in sorted(alive - now):
            say(f"{name} has ended; `gauntlet logs {name}` shows its last lines")
        for name in sorted(now - alive):
            say(f"{name} runs again")
        alive = now
    say(f"process {owner_pid} is gone: stopping everything")


@contextmanager
def _stopping_with(pid: int | None) -> Iterator[None]:
    """Within the block the end of process `pid` sends SIGTERM to this one, also during a start."""
    if pid is None:
        yield
        return
    over = threading.Event()

    def watch(pid: int) -> None:
        while _runs(pid):
            if over.wait(_LOOK_S):
                return
        os.kill(os.getpid(), signal.SIGTERM)

    watcher = threading.Thread(target=watch, args=(pid,), name="owner-pid", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


@contextmanager
def stop_signals(say: Callable[[str], None]) -> Iterator[None]:
    """Within the block the first signal raises StopRequested; later ones are ignored, so that the stop completes."""
    before = {number: signal.getsignal(number) for number in _NUMBERS}

    def ask(number: int, _frame: FrameType | None) -> None:
        ignore_signals()
        asked = StopRequested(signal.Signals(number))
        say(f"{'Ctrl-C' if asked.number is signal.SIGINT else asked.number.name}: stopping everything")
        raise asked

    for number in _NUMBERS:
        signal.signal(number, ask)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def ignore_signals() -> None:
    """Let a stop complete: from here on this process is not interrupted any more."""
    for number in _NUMBERS:
        signal.signal(number, signal.SIG_IGN)


def _code(asked: StopRequested, stack: Stack) -> ExitCode:
    if asked.number is signal.SIGINT:
        return ExitCode.INTERRUPTED
    return ExitCode.PASS if stack.state is State.READY else ExitCode.TROUBLE


def _runs(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False
