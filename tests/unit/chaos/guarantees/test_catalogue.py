"""The names of the guarantees are API."""

from chaos.guarantees import GUARANTEES


def test_every_file_is_found_by_itself() -> None:
    names = {guarantee.name for guarantee in GUARANTEES}
    assert {"no_oversell", "stock_conserved", "acknowledged_orders_survive"} <= names
    assert len(names) == len(GUARANTEES)


def test_each_lives_in_the_file_of_its_name() -> None:
    for guarantee in GUARANTEES:
        assert guarantee.judge.__module__ == f"chaos.guarantees.{guarantee.name}"
