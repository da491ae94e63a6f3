"""gauntlet status: state and endpoints of a stack."""

import json
from typing import NoReturn

import typer

from harness.cli.console import err, out
from harness.cli.listeners import show_endpoints
from harness.cli.options import AsJson, Name, stack_folder
from harness.exit_codes import ExitCode
from harness.stack.alarms import alarms
from harness.stack.attach import AttachedStack
from harness.stack.errors import NotAttachable
from harness.stack.manifest import State
from harness.stack.stack_folder import in_use


def status(name: Name = "default", as_json: AsJson = False) -> None:
    """Show a running stack: its endpoints and which of its members are alive. Exit code 1 (FAIL) when there is none."""
    folder = stack_folder(name)
    if not in_use(folder):
        _absent(name, f"no stack {name} is running", as_json=as_json)
    try:
        stack = AttachedStack(folder)
        owner = stack.manifest.owner
        if as_json:
            show_endpoints(stack, as_json=True)
            return
        gone = "" if owner.alive else ", which is gone: its guard is cleaning up"
        out.print(f"stack {name}: {stack.state}; owner: pid {owner.pid}{gone}", markup=False)
        if stack.state is State.READY:
            show_endpoints(stack, as_json=False)
            for alarm in alarms(stack):
                out.print(f"ATTENTION {alarm.member}: {alarm.metric} is {alarm.value:g}: {alarm.advice}", markup=False)
    except NotAttachable as error:
        _absent(name, str(error), as_json=as_json)


def _absent(name: str, text: str, *, as_json: bool) -> NoReturn:
    if as_json:
        out.print(json.dumps({"name": name, "state": "absent"}), markup=False)
    else:
        err.print(text, markup=False)
    raise typer.Exit(ExitCode.FAIL)
