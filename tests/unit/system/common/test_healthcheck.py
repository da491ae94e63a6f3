import pytest

from system.common.healthcheck import PROBES, main, parse


def test_the_address_says_how_to_ask() -> None:
    assert parse("grpc://127.0.0.1:50051") == ("grpc", "127.0.0.1:50051", "")
    assert parse("http://127.0.0.1:3000/health/ready") == ("http", "127.0.0.1:3000", "/health/ready")


@pytest.mark.parametrize("url", ["", "127.0.0.1:3000", "ftp://127.0.0.1:21", "grpc://", "http://127.0.0.1"])
def test_an_address_that_cannot_be_asked_is_a_mistake_and_not_a_sick_service(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HEALTH_URL", url)
    assert main() == 2
    assert "HEALTH_URL" in capsys.readouterr().err


@pytest.mark.parametrize(("said", "code"), [("", 0), ("NOT_SERVING", 1)])
def test_what_the_probe_says_decides(
    said: str, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HEALTH_URL", "grpc://127.0.0.1:50051")
    monkeypatch.setitem(PROBES, "grpc", lambda address, path: said)
    assert main() == code
    assert said in capsys.readouterr().err
