"""A service that could not keep its promises does not start."""

import pytest
from pydantic import ValidationError

from system.user.domain import Registration
from system.user.settings import Settings
from tests.unit.system.user.fakes import SECRET, settings


@pytest.mark.parametrize("secret", ["", "a" * 31])
def test_a_short_secret_is_refused(secret: str) -> None:
    with pytest.raises(ValidationError, match="at least 32 bytes"):
        settings(jwt_secret=secret)


def test_the_secret_is_measured_in_bytes_and_not_shown() -> None:
    assert settings(jwt_secret="ü" * 16).jwt_secret.get_secret_value() == "ü" * 16
    assert SECRET not in repr(settings())


def test_there_is_no_first_admin_without_an_address() -> None:
    assert settings(admin_password="ignored but long").first_admin() is None


def test_the_first_admin_meets_the_rules_of_an_account() -> None:
    admin = settings(admin_email="Admin@shop.example", admin_password="12345678").first_admin()
    assert admin == Registration("admin@shop.example", "12345678", "Admin")


@pytest.mark.parametrize(
    ("email", "password"), [("admin@shop.example", ""), ("admin@shop.example", "1234567"), ("admin", "12345678")]
)
def test_a_first_admin_who_could_not_log_in_is_refused(email: str, password: str) -> None:
    with pytest.raises(ValidationError, match="ADMIN_EMAIL and ADMIN_PASSWORD cannot be used"):
        settings(admin_email=email, admin_password=password)


def test_the_defaults_are_owasps_minimum_for_argon2id() -> None:
    fields = Settings.model_fields
    cost = {name: fields[name].default for name in ("argon2_memory_kib", "argon2_time_cost", "argon2_parallelism")}
    assert cost == {"argon2_memory_kib": 19456, "argon2_time_cost": 2, "argon2_parallelism": 1}
