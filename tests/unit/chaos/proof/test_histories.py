"""Every corruption of a legal history of the shop fails by the guarantee that it names, and no legal history does.

`gauntlet prove histories --seeds 50` is the same over more seeds.
"""

from dataclasses import replace

import pytest

from chaos.guarantees import GUARANTEES
from chaos.proof import PROOFS
from chaos.proof.disturbances import DISTURBANCES
from harness.faults.registry import load_kinds
from harness.proof import Proof, prove
from harness.seed import Seed

(SHOP,) = PROOFS
KNOWN = {each.name: each for each in GUARANTEES}
FURTHER = range(2, 8)
"""Seeds for what the first one's histories held nothing for."""


@pytest.fixture(scope="module")
def proof() -> Proof:
    return prove(SHOP, KNOWN, [Seed(1)])


def test_no_legal_history_alarms_whatever_fault_it_suffers(proof: Proof) -> None:
    assert proof.alarms == ()


def test_every_corruption_is_seen_by_the_guarantee_that_it_names(proof: Proof) -> None:
    assert [line for line in proof.lines if line.attempts > line.seen] == []
    rare = [line.corruption for line in proof.lines if not line.attempts]
    left = tuple(each for each in SHOP.corruptions if each.name in rare)
    again = prove(replace(SHOP, corruptions=left, histories=SHOP.histories[:2]), KNOWN, map(Seed, FURTHER)) if rare else proof
    assert [line for line in again.lines if line.corruption in rare and not line.proven] == []


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(100, 110))
def test_other_seeds_show_the_same(seed: int) -> None:
    found = prove(SHOP, KNOWN, [Seed(seed)])
    assert found.alarms == ()
    assert [line for line in found.lines if line.attempts > line.seen] == []


def test_every_guarantee_has_four_corruptions() -> None:
    """A new one needs four lines in chaos/proof/corruptions, or a reason in chaos.proof.EXEMPT."""
    assert SHOP.owing(KNOWN) == ()
    assert len(SHOP.corruptions) >= 80
    assert len({each.name + each.guarantee for each in SHOP.corruptions}) == len(SHOP.corruptions)


def test_every_kind_of_fault_is_suffered() -> None:
    kinds = load_kinds() | load_kinds("chaos.faults")
    ours = {kind for kind, maker in kinds.items() if not maker.__module__.startswith("tests.")}
    assert ours - {each.spec.kind for each in DISTURBANCES} == set()
