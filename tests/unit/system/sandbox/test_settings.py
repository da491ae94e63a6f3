"""Settings come from the environment, once, and say what is wrong with it."""

import pytest
from pydantic import ValidationError

from system.sandbox.settings import SandboxSettings, read_settings


def test_settings_are_read_and_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANDBOX_HTTP_PORT", "1234")
    monkeypatch.setenv("SANDBOX_JOURNAL", "")
    monkeypatch.delenv("BIND_HOST", raising=False)
    settings = read_settings(SandboxSettings)
    assert (settings.http_port, settings.journal, settings.bind_host) == (1234, None, "127.0.0.1")
    with pytest.raises(ValidationError):
        settings.http_port = 1  # type: ignore[misc]  # what the test is about


def test_where_ports_are_bound_is_the_shops_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANDBOX_HTTP_PORT", "1234")
    monkeypatch.setenv("BIND_HOST", "0.0.0.0")  # noqa: S104 - what a container is told
    assert read_settings(SandboxSettings).bind_host == "0.0.0.0"  # noqa: S104 - the same


@pytest.mark.parametrize("port", ["", "0", "65536", "http"])
def test_a_bad_environment_ends_the_process_and_names_the_variable(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    monkeypatch.setenv("SANDBOX_HTTP_PORT", port)
    with pytest.raises(SystemExit, match="SANDBOX_HTTP_PORT: "):
        read_settings(SandboxSettings)
