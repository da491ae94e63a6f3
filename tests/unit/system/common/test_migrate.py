import pytest

from system.common.migrate import main, wanted

URL = "mysql+asyncmy://u:p@host/user"


def test_one_service_has_its_address_where_its_instances_look_for_it() -> None:
    assert wanted(["user"], {"DATABASE_URL": URL}) == {"user": URL}


def test_all_services_have_theirs_by_name() -> None:
    told = {"USER_DATABASE_URL": URL, "ORDER_DATABASE_URL": f"{URL}/order", "ORDER_INSTANCE": "order-1", "DATABASE_URL": "x"}
    assert wanted(["--all"], told) == {"user": URL, "order": f"{URL}/order"}


@pytest.mark.parametrize("arguments", [[], ["user"], ["--all"], ["user", "order"]])
def test_without_an_address_it_says_how_it_is_used(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("DATABASE_URL", "USER_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    assert main(arguments) == 2
    assert "usage:" in capsys.readouterr().err


def test_a_service_without_migrations_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", URL)
    with pytest.raises(SystemExit, match="no migrations for 'nix'"):
        main(["nix"])
