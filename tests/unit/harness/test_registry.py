"""What is installed is found by its name, and names mean one thing."""

import pytest

from harness import registry
from harness.verdict import Finding, Guarantee

ONE = Guarantee("no_oversell", "It holds.", lambda _: Finding(judged=1))
OTHER = Guarantee("no_oversell", "It holds too.", lambda _: Finding(judged=1))


def test_the_shop_is_installed() -> None:
    assert "no_oversell" in registry.guarantees()
    assert "flash_sale" in registry.experiments()


def test_every_experiment_names_guarantees_that_exist() -> None:
    known = registry.guarantees()
    for experiment in registry.experiments().values():
        assert set(experiment.guarantees) <= set(known), experiment.name
        assert experiment.guarantees
        assert experiment.minimums, f"{experiment.name} would pass without any traffic"


def test_a_typo_gets_a_suggestion() -> None:
    with pytest.raises(registry.UnknownNameError, match="there is no guarantee 'no_overshell'; there is no_oversell"):
        registry.find("no_overshell", {"no_oversell": ONE}, "guarantee")


def test_one_name_means_one_thing() -> None:
    assert registry.by_name([ONE, ONE], "guarantee") == {"no_oversell": ONE}
    with pytest.raises(registry.RegistryError, match="two guarantees are called 'no_oversell'"):
        registry.by_name([ONE, OTHER], "guarantee")
