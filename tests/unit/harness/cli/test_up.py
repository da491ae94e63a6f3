from pathlib import Path

import pytest
from typer.testing import CliRunner

from harness.cli.commands import COMMANDS, build

TOPOLOGY = """
[stack]
name = "toy"
entry = "front"
[services.front]
command = ["{python}"]
ports = { http = "HTTP_PORT" }
health = { kind = "tcp", port = "http" }
"""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--instances", "front"], "'front' is not SERVICE=COUNT"),
        (["--instances", "nix=2"], "instances of nix: no such service; there are front"),
        (["--set", "front=2"], "is not SERVICE.VARIABLE=VALUE"),
        (["--set", "nix.A=2"], "environment of nix: no such service"),
        (["--provider", "nix"], "there is no provider nix; there are auto, docker, native"),
        (["--name", "../nix"], "cannot be the name of a stack"),
        (["--port", "70000"], "--port"),
        (["--owner-pid", "0"], "--owner-pid"),
        (["--topology", "nix.toml"], "cannot be read: No such file or directory"),
        (["nix"], "nix"),
    ],
)
def test_wrong_usage_ends_with_2_before_anything_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "services.toml").write_text(TOPOLOGY)
    app = build((), pytest.fail, {"up": COMMANDS["up"]})
    result = CliRunner().invoke(app, ["up", "--topology", "services.toml", *arguments])
    assert result.exit_code == 2
    assert message in result.stderr
    assert not (tmp_path / ".gauntlet").exists()
