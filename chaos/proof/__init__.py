"""The shop's part of the proof by corrupted histories: legal ones from a seed, and what may go wrong with them."""

from chaos.guarantees import GUARANTEES
from chaos.proof.corruptions import CORRUPTIONS
from chaos.proof.legal import HISTORIES
from harness.fuzz.judging import FuzzGuarantee
from harness.proof import HistoryProof

EXEMPT = {
    each.name: "judged by what its part of `gauntlet fuzz` recorded, one finding a violation; tests/unit/harness/fuzz"
    for each in GUARANTEES
    if isinstance(each, FuzzGuarantee)
} | {"hopeless_messages_kept": "by what one kind of fault found; tests/unit/chaos/guarantees/test_hopeless_messages_kept.py"}

PROOFS = (HistoryProof("shop", HISTORIES, CORRUPTIONS, EXEMPT),)
"""What `gauntlet prove --histories` runs."""
