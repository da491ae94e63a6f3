import pytest

from system.notification.settings import NotificationSettings

ENVIRONMENT = {"DATABASE_URL": "mysql+asyncmy://u:p@127.0.0.1:1/notification", "SMTP_ADDRESS": "127.0.0.1:25"}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


def test_what_the_stack_gives_is_enough() -> None:
    settings = NotificationSettings.parse()
    assert settings.smtp_address == "127.0.0.1:25"
    assert settings.smtp_timeout_s < settings.call_timeout_s


@pytest.mark.parametrize("name", ENVIRONMENT)
def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.delenv(name)
    with pytest.raises(SystemExit, match=name):
        NotificationSettings.parse()


@pytest.mark.parametrize(
    ("name", "value"),
    [("SMTP_ADDRESS", "nowhere"), ("SMTP_ADDRESS", "a:1,b:2"), ("SMTP_TIMEOUT_S", "0"), ("SHOP_NAME", "a\nb")],
)
def test_what_is_malformed_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit, match=name):
        NotificationSettings.parse()
