import hashlib
import json
from pathlib import Path

import pytest

from harness.stack.docker.address import socket_path
from harness.stack.errors import EngineError


def context(home: Path, name: str, host: str) -> None:
    folder = home / ".docker" / "contexts" / "meta" / hashlib.sha256(name.encode()).hexdigest()
    folder.mkdir(parents=True)
    (folder / "meta.json").write_text(json.dumps({"Endpoints": {"docker": {"Host": host}}}))
    (home / ".docker" / "config.json").write_text(json.dumps({"currentContext": name}))


@pytest.fixture
def socket(tmp_path: Path) -> Path:
    path = tmp_path / "engine.sock"
    path.touch()
    return path


def test_docker_host_comes_first(tmp_path: Path, socket: Path) -> None:
    context(tmp_path, "desk", "unix:///elsewhere")
    assert socket_path({"HOME": str(tmp_path), "DOCKER_HOST": f"unix://{socket}"}) == socket


def test_then_the_current_context(tmp_path: Path, socket: Path) -> None:
    context(tmp_path, "desk", f"unix://{socket}")
    assert socket_path({"HOME": str(tmp_path)}) == socket
    assert socket_path({"HOME": "/nobody", "DOCKER_CONFIG": str(tmp_path / ".docker"), "DOCKER_CONTEXT": "desk"}) == socket
    with pytest.raises(EngineError, match="docker context other cannot be read"):
        socket_path({"HOME": str(tmp_path), "DOCKER_CONTEXT": "other"})


def test_an_engine_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=f"no Docker engine at {tmp_path}/none"):
        socket_path({"DOCKER_HOST": f"unix://{tmp_path}/none"})


@pytest.mark.parametrize("host", ["tcp://10.0.0.1:2375", "ssh://me@far"])
def test_an_engine_elsewhere_is_of_no_use(host: str) -> None:
    with pytest.raises(EngineError, match=f"{host} is not reached through a socket of this machine"):
        socket_path({"DOCKER_HOST": host})
