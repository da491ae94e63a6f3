"""Own a stack until somebody asks for its end: Ctrl-C, SIGTERM (`gauntlet down`), or the end of another process."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import psutil

from harness.cli.audience import Audience
from harness.exit_codes import ExitCode
from harness.stack.errors import StackBusy, StackError
from harness.stack.manifest import State
from harness.stack.stack import Stack

_LOOK_S = 0.5
_NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Asked(BaseException):
    """Somebody asked for the end of the stack. Not an Exception: nothing on the way may take it for a failure."""

    def __init__(self, number: signal.Signals) -> None:
        super().__init__(number.name)
        self.number = number


def own(stack: Stack, audience: Audience, owner_pid: int | None) -> ExitCode:
    """Start the stack, keep it until somebody asks for its end, stop it. Returns the exit code."""
    with _stop_signals(audience.say):
        try:
            with audience.progress() as progress, _leash(owner_pid):
                stack.start(progress)
            audience.ready(stack)
            hold(stack, owner_pid, audience.say)
            code = ExitCode.PASS
        except Asked as asked:
            code = _code(asked, stack)
        except StackBusy as error:
            name = stack.folder.name
            audience.failed(StackBusy(f"{error} (`gauntlet down --name {name}`, or `gauntlet up --name ANOTHER`)"))
            return ExitCode.TROUBLE
        except StackError as error:
            audience.failed(error)
            return ExitCode.TROUBLE
        finally:
            _ignore_signals()
            try:
                with audience.progress() as progress:
                    stack.stop(progress)
            except StackError as error:
                audience.failed(error)
                code = ExitCode.TROUBLE
    audience.say(f"stopped, nothing is left running; logs are in {stack.folder / 'logs'}")
    return code


def hold(stack: Stack, owner_pid: int | None, say: Callable[[str], None]) -> None:
    """Return when the process `owner_pid` is gone; without one only a signal ends this. Tells which members die."""
    never = threading.Event()
    alive = {instance.name for instance in stack.instances()}
    while owner_pid is None or _runs(owner_pid):
        never.wait(_LOOK_S)
        now = {instance.name for instance in stack.instances() if instance.alive}
        for name in sorted(alive - now):
            say(f"{name} has ended; `gauntlet logs {name}` shows its last words")
        for name in sorted(now - alive):
            say(f"{name} runs again")
        alive = now
    say(f"process {owner_pid} is gone: stopping everything")


@contextmanager
def _leash(pid: int | None) -> Iterator[None]:
    """Within the block the end of that process is like a SIGTERM to this one: a start may take a minute."""
    if pid is None:
        yield
        return
    over = threading.Event()

    def watch(pid: int) -> None:
        while _runs(pid):
            if over.wait(_LOOK_S):
                return
        os.kill(os.getpid(), signal.SIGTERM)

    watcher = threading.Thread(target=watch, args=(pid,), name="leash", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


@contextmanager
def _stop_signals(say: Callable[[str], None]) -> Iterator[None]:
    """Within the block the first signal raises Asked; later ones are ignored, so that stopping comes to its end."""
    before = {number: signal.getsignal(number) for number in _NUMBERS}

    def ask(number: int, _frame: FrameType | None) -> None:
        _ignore_signals()
        asked = Asked(signal.Signals(number))
        say(f"{'Ctrl-C' if asked.number is signal.SIGINT else asked.number.name}: stopping everything")
        raise asked

    for number in _NUMBERS:
        signal.signal(number, ask)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _ignore_signals() -> None:
    for number in _NUMBERS:
        signal.signal(number, signal.SIG_IGN)


def _code(asked: Asked, stack: Stack) -> ExitCode:
    if asked.number is signal.SIGINT:
        return ExitCode.INTERRUPTED
    return ExitCode.PASS if stack.state is State.READY else ExitCode.TROUBLE


def _runs(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False
