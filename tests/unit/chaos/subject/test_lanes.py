"""The shop's lanes fit what is observed of it: none asks for a column that no row has."""

from dataclasses import fields

from chaos.observations.locks import GrantRow
from chaos.subject.databases import OBSERVED
from chaos.subject.lanes import LOCK_HOLDERS, SAGAS
from harness.experiment.presentation import LaneSpec


def columns(spec: LaneSpec) -> set[str]:
    asked = {spec.lane, spec.by, spec.begin, spec.end, spec.chain, *spec.label}
    return (asked | {column for shade in spec.shades for column in shade.when}) - {""}


def test_lanes_of_locks_ask_for_what_a_grant_has() -> None:
    assert columns(LOCK_HOLDERS) <= {field.name for field in fields(GrantRow)}


def test_lanes_of_sagas_ask_for_what_the_query_selects() -> None:
    query = OBSERVED["order"][SAGAS.subject]
    selected = query.partition(" FROM ")[0]
    assert all(f".{column}," in selected or f" AS {column}" in selected for column in columns(SAGAS))
