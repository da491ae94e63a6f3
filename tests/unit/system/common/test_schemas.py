import pytest

from system.common.schemas import main, owned, statements


def test_a_service_may_do_everything_in_its_own_schema_and_nothing_elsewhere() -> None:
    made = statements("mysql+asyncmy://order:s3%40cret@mysql:3306/order")
    assert made == [
        ("CREATE DATABASE IF NOT EXISTS `order` CHARACTER SET utf8mb4", ()),
        ("CREATE USER IF NOT EXISTS %s@'%%' IDENTIFIED BY %s", ("order", "s3@cret")),
        ("ALTER USER %s@'%%' IDENTIFIED BY %s", ("order", "s3@cret")),
        ("GRANT ALL ON `order`.* TO %s@'%%'", ("order",)),
    ]


@pytest.mark.parametrize(
    "url",
    [
        "mysql+asyncmy://order@mysql/order",
        "mysql+asyncmy://mysql/order",
        "mysql+asyncmy://order:x@mysql/",
        "mysql+asyncmy://order:x@mysql/a`b",
        "nonsense",
    ],
)
def test_an_address_that_names_no_account_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="user, password and schema"):
        statements(url)


def test_the_schemas_are_those_of_the_variables_of_that_name() -> None:
    assert owned({"SCHEMA_URL_USER": "a", "SCHEMA_URL_ORDER": "b", "DATABASE_URL": "c"}) == ["b", "a"]


def test_nothing_to_do_is_a_mistake(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("ROOT_URL", "mysql://root@mysql/")
    assert main({"ROOT_URL": "mysql://root@mysql/"}) == 2
    assert main({"SCHEMA_URL_USER": "mysql://user:x@mysql/user"}) == 2
    assert "SCHEMA_URL_" in capsys.readouterr().err
