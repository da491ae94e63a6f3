import pytest

from system.payment.settings import PaymentSettings

ENVIRONMENT = {
    "DATABASE_URL": "mysql+asyncmy://u:p@127.0.0.1:1/payment",
    "BROKER_URL": "amqp://u:p@127.0.0.1:1/v",
    "PROVIDER_URL": "http://127.0.0.1:1",
    "NOTIFICATION_ADDRESSES": "127.0.0.1:1,127.0.0.1:2",
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


def test_what_the_stack_gives_is_enough() -> None:
    settings = PaymentSettings.parse()
    assert settings.notification_addresses == "127.0.0.1:1,127.0.0.1:2"
    assert settings.provider_attempt_s < settings.call_timeout_s


@pytest.mark.parametrize("name", ENVIRONMENT)
def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.delenv(name)
    with pytest.raises(SystemExit, match=name):
        PaymentSettings.parse()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PROVIDER_URL", "127.0.0.1:1"),
        ("BROKER_URL", "http://x"),
        ("NOTIFICATION_ADDRESSES", "nowhere"),
        ("PROVIDER_ATTEMPT_S", "0"),
    ],
)
def test_what_is_malformed_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit, match=name):
        PaymentSettings.parse()
