"""gauntlet up: bring the whole system up on real servers."""

import os
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from harness.cli.console import code_of
from harness.cli.detached import run_detached, write_to
from harness.cli.listeners import ParentListener, StackListener, TerminalListener
from harness.cli.options import AsJson, Name, ProxyName, instance_counts, settings, stack_folder
from harness.cli.owner import run_until_stopped
from harness.seed import Seed
from harness.stack.errors import StackError
from harness.stack.providers import AUTO, PROVIDERS
from harness.stack.scratch import Scratch
from harness.stack.stack import Stack
from harness.stack.stack_folder import OWNER_LOG
from harness.stack.topology import Topology
from harness.system import choose_placement

_SERVICES = Path("system/services.toml")


def up(
    name: Name = "default",
    topology: Annotated[Path, typer.Option(help="The services.toml to build from.")] = _SERVICES,
    provider: Annotated[str, typer.Option(help=f"Where servers come from: {', '.join((AUTO, *PROVIDERS))}.")] = AUTO,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port of the entry, 0 for a free one; default: see topology.")
    ] = None,
    instances: Annotated[list[str] | None, typer.Option(help="How many of a service: order=2. Repeatable.")] = None,
    setting: Annotated[
        list[str] | None, typer.Option("--set", help="A variable of a service: order.TTL_S=2. Repeatable.")
    ] = None,
    proxied: Annotated[
        bool, typer.Option("--proxied", help="Run every edge through a proxy with Toxiproxy's API, which can break it.")
    ] = False,
    proxy: ProxyName = "",
    detach: Annotated[bool, typer.Option("--detach", help="Return when ready; `gauntlet down` stops it.")] = False,
    owner_pid: Annotated[int | None, typer.Option(min=1, help="Stop when this process is gone.")] = None,
    as_json: AsJson = False,
    events_fd: Annotated[int | None, typer.Option(hidden=True)] = None,
    scratch: Annotated[Path | None, typer.Option(hidden=True)] = None,
) -> None:
    """Bring the system up and keep it up until Ctrl-C. Its data is thrown away then, its logs stay."""
    folder = stack_folder(name)
    counts, environment = instance_counts(instances or ()), settings(setting or ())
    if detach:
        arguments = ["up", "--name", name, "--topology", str(topology), "--provider", provider]
        arguments += ["--port", str(port)] if port is not None else []
        arguments += ["--owner-pid", str(owner_pid)] if owner_pid is not None else []
        arguments += ["--scratch", str(scratch)] if scratch is not None else []
        arguments += ["--proxied", "--proxy", proxy] if proxied else []
        arguments += [part for text in instances or () for part in ("--instances", text)]
        arguments += [part for text in setting or () for part in ("--set", text)]
        raise typer.Exit(run_detached(arguments, folder, as_json=as_json))
    listener: StackListener = (
        TerminalListener(as_json=as_json) if events_fd is None else ParentListener(os.fdopen(events_fd, "w"))
    )
    try:
        shape = Topology.load(topology)
        placement = choose_placement(provider, proxy, proxied=proxied)
        entry_port = shape.entry_port if port is None else port or None
        stack = Stack(
            shape,
            placement.provider,
            folder=folder,
            instances=counts,
            entry_port=entry_port,
            environment=environment,
            proxied=Seed.fresh() if proxied else None,
            carrier=placement.carrier,
            scratch=Scratch(scratch, owner_pid) if scratch is not None and owner_pid is not None else None,
            owned=partial(write_to, folder / OWNER_LOG) if events_fd is not None else lambda: None,
        )
    except StackError as error:
        listener.failed(error)
        raise typer.Exit(code_of(error)) from error
    for line in placement.told():
        listener.say(line)
    raise typer.Exit(run_until_stopped(stack, listener, owner_pid))
