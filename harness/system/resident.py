"""Resident memory of the services of a stack, in bytes: processes of this machine, with their children."""

import psutil

from harness.stack.topology import Role
from harness.stack.view import StackView


def resident_bytes(stack: StackView) -> dict[str, int]:
    """By instance; one that does not run is missing."""
    found = {}
    for each in stack.instances():
        if each.role is Role.SERVICE and each.pid is not None:
            try:
                process = psutil.Process(each.pid)
                family = [process, *process.children(recursive=True)]
                found[each.name] = sum(member.memory_info().rss for member in family)
            except psutil.NoSuchProcess:
                continue
    return found
