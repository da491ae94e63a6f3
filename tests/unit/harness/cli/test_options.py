from pathlib import Path

import pytest
import typer

from harness.cli.options import instance_counts, settings, stack_folder


def test_counts_are_read() -> None:
    assert instance_counts(["order=2", "user=1"]) == {"order": 2, "user": 1}


@pytest.mark.parametrize("text", ["order", "order=", "=2", "order=0", "order=-1", "order=x", "order=1.5"])
def test_counts_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="SERVICE=COUNT"):
        instance_counts([text])


def test_settings_are_read_and_values_taken_as_they_are() -> None:
    given = ["order.TTL=2", "order.URL=http://a.b/?x=1", "user.EMPTY="]
    assert settings(given) == {"order": {"TTL": "2", "URL": "http://a.b/?x=1"}, "user": {"EMPTY": ""}}


@pytest.mark.parametrize("text", ["order", "order.TTL", "TTL=2", "order.=2", ".TTL=2", "order.T-L=2"])
def test_settings_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter, match=r"SERVICE\.VARIABLE=VALUE"):
        settings([text])


def test_stacks_live_below_the_current_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert stack_folder("default") == tmp_path.resolve() / ".gauntlet" / "stacks" / "default"


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "-x", "a b"])
def test_a_name_does_not_lead_elsewhere(name: str) -> None:
    with pytest.raises(typer.BadParameter, match="cannot be the name of a stack"):
        stack_folder(name)
