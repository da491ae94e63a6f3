"""An instance that comes back from another build keeps its name, ports and edges, and runs that build's code and settings."""

import shutil
from pathlib import Path

import pytest

from harness.stack.errors import StackError
from harness.stack.provider import Provider
from harness.stack.stack import Stack
from harness.stack.topology import Topology
from tests.conformance.toys import TOYS, get, small

MIGRATE = "migrate = [\"{python}\", \"-c\", \"open('migrated', 'a').write('once ')\"]\n"


def build(folder: Path, *changes: tuple[str, str]) -> Topology:
    """A copy of the toy system with other settings."""
    shutil.copytree(TOYS, folder)
    text = (folder / "small.toml").read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / "small.toml").write_text(text)
    return Topology.load(folder / "small.toml")


def test_one_instance_after_the_other_is_of_the_next_build(provider: Provider, tmp_path: Path) -> None:
    told = ('INSTANCE = "{instance}"', 'INSTANCE = "{instance}"\nBUILD = "next"')
    following = build(tmp_path / "next", told, ("[services.back]\n", f"[services.back]\n{MIGRATE}"))
    with Stack(small(), provider, folder=tmp_path / "stack", instances={"back": 2}, next_build=following) as stack:
        assert stack.next_build == following.source
        stack.migrate_to_next_build()
        assert (tmp_path / "next" / "migrated").read_text() == "once "
        ports = dict(stack.instance("back-1").ports)
        stack.terminate("back-1")
        stack.use_next_build("back-1")
        stack.boot("back-1")
        stack.wait_ready("back-1")
        assert stack.runs_in("back-1") == tmp_path / "next"
        assert stack.runs_in("back-2") == TOYS
        assert dict(stack.instance("back-1").ports) == ports
        environment = get(stack.address("back-1"), "/environment")
        assert (environment["BUILD"], environment["INSTANCE"]) == ("next", "back-1")
        assert "BUILD" not in get(stack.address("back-2"), "/environment")


def test_what_cannot_be_of_the_next_build_is_told(provider: Provider, tmp_path: Path) -> None:
    other = build(tmp_path / "next", ('ports = { http = "HTTP_PORT" }', 'ports = { http = "HTTP_PORT", grpc = "GRPC_PORT" }'))
    with Stack(small(), provider, folder=tmp_path / "stack", next_build=other) as stack:
        with pytest.raises(StackError, match="the next build has no locks"):
            stack.use_next_build("locks")
        with pytest.raises(StackError, match="back-1 has other ports"):
            stack.use_next_build("back-1")
    with Stack(small(), provider, folder=tmp_path / "alone") as stack, pytest.raises(StackError, match="no next build"):
        stack.use_next_build("back-1")


def test_a_running_instance_is_not_relaunched(provider: Provider, tmp_path: Path) -> None:
    following = build(tmp_path / "next")
    with (
        Stack(small(), provider, folder=tmp_path / "stack", next_build=following) as stack,
        pytest.raises(StackError, match="cannot be relaunched"),
    ):
        stack.use_next_build("back-1")
