"""A stack's endpoints and credentials, as JSON and as a table."""

from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from harness.stack.alarms import alarms
from harness.stack.manifest import State
from harness.stack.ports import HOST
from harness.stack.topology import Role
from harness.stack.view import Instance, StackView

_SCHEMES = {"http": "http://"}


def describe(stack: StackView) -> dict[str, object]:
    """Everything `--json` prints."""
    manifest = stack.manifest
    return {
        "name": stack.folder.name,
        "state": manifest.state,
        "provider": manifest.provider,
        "folder": str(stack.folder),
        "owner_pid": manifest.owner.pid,
        "base_url": _base_url(stack),
        "pages": [f"{_base_url(stack)}{page}" for page in manifest.pages],
        "shown": manifest.shown,
        "alarms": [asdict(alarm) for alarm in alarms(stack)] if manifest.state is State.READY else [],
        "members": [_member(instance) for instance in stack.instances()],
    }


def print_endpoints(stack: StackView, console: Console) -> None:
    """Print the table of endpoints."""
    manifest = stack.manifest
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_row("[bold]entry[/bold]", _base_url(stack))
    for page in manifest.pages:
        table.add_row("", f"{_base_url(stack)}{page}")
    for name, value in manifest.shown.items():
        table.add_row(f"[bold]{name}[/bold]", value)
    for role in (Role.SERVICE, Role.SANDBOX, Role.SERVER):
        table.add_section()
        for instance in stack.instances():
            if instance.role is role:
                table.add_row(instance.name, _ports(instance), "" if instance.alive else "[red]not running[/red]")
    print_whole(table, console)


def print_whole(table: Table, console: Console) -> None:
    """Print a table without truncating columns, wider than the terminal if needed."""
    for column in table.columns:
        column.no_wrap = True
    needed = console.measure(table, options=console.options.update_width(1000)).maximum
    wide = Console(file=console.file, width=max(console.width, needed), force_terminal=console.is_terminal, highlight=False)
    wide.print(table)


def _member(instance: Instance) -> dict[str, object]:
    return {
        "name": instance.name,
        "service": instance.service,
        "role": instance.role,
        "kind": instance.kind,
        "ports": dict(instance.ports),
        "pid": instance.pid,
        "alive": instance.alive,
        "log": str(instance.log),
    }


def _ports(instance: Instance) -> str:
    ports = list(instance.ports.items())
    if instance.role is Role.SERVER:
        ports = ports[:1]  # the others are between the server and itself
    return "  ".join(f"{name} {_SCHEMES.get(name, '')}{HOST}:{port}" for name, port in ports)


def _base_url(stack: StackView) -> str:
    manifest = stack.manifest
    known = any(record.name == manifest.entry for record in manifest.members)
    return stack.base_url if known else ""  # unknown early in a start
