import json
import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from harness.stack.errors import NotAttachable
from harness.stack.manifest import FILE, VERSION, Manifest, MemberRecord, MysqlAccess, ProcessId, State, read, write
from harness.stack.topology import Role

MANIFEST = Manifest(
    version=VERSION,
    stack="abc",
    name="toy",
    state=State.READY,
    provider="native",
    owner=ProcessId(1, 2.5),
    topology=Path("/x/services.toml"),
    entry="front-1",
    pages=("/docs",),
    members=(MemberRecord("front-1", "front", Role.SERVICE, "", {"http": 3000}, Path("/x/front-1.log"), ProcessId(7, 8.0)),),
    edges={"front-1": {"back": ("127.0.0.1:1", "127.0.0.1:2")}},
    mysql={"back": MysqlAccess("127.0.0.1", 1, "back", "password", "back")},
    amqp_url="amqp://x",
    secrets={"jwt": "s"},
    shown={"LOGIN": "me"},
    settings={"back": {"TTL_S": "2"}},
)


def test_what_is_written_can_be_read_by_its_owner_only(tmp_path: Path) -> None:
    write(tmp_path, MANIFEST)
    assert read(tmp_path) == MANIFEST
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    write(tmp_path, replace(MANIFEST, state=State.STOPPING))
    assert read(tmp_path).state is State.STOPPING
    assert [path.name for path in tmp_path.iterdir()] == [FILE], "no half-written files are left"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "no stack in"),
        ("{", "not written by this version"),
        ("{}", "not written by this version"),
        (json.dumps({"version": 1}), "not written by this version"),
    ],
)
def test_what_is_not_a_manifest_cannot_be_attached_to(tmp_path: Path, text: str | None, message: str) -> None:
    if text is not None:
        (tmp_path / FILE).write_text(text)
    with pytest.raises(NotAttachable, match=message):
        read(tmp_path)


def test_a_manifest_of_another_version_is_refused(tmp_path: Path) -> None:
    write(tmp_path, replace(MANIFEST, version=VERSION + 1))
    with pytest.raises(NotAttachable, match=f"has version {VERSION + 1}, this program reads {VERSION}"):
        read(tmp_path)


def test_a_process_is_not_confused_with_a_later_one_of_its_number() -> None:
    ourselves = ProcessId.of(os.getpid())
    assert ourselves is not None
    assert ourselves.alive
    assert not replace(ourselves, started=ourselves.started - 1).alive
    assert ProcessId.of(2**22 + 1) is None
