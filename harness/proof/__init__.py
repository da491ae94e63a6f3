"""Proof that the harness sees: histories are corrupted on purpose, and every corruption must be a violation of its guarantee.

What a legal history of a system looks like, and what may go wrong with it, is offered by entry points (`HistoryProof`); this
package knows no system. Mutation testing of the judges, after DeMillo, Lipton and Sayward (1978).
"""

from harness.proof.draft import Draft
from harness.proof.edits import Edit, Events, Operations, Rows, both, either
from harness.proof.histories import Corruption, HistoryProof, LegalHistory, corruptions, of_runs, prove
from harness.proof.results import Attempt, Judged, Proof

__all__ = [
    "Attempt",
    "Corruption",
    "Draft",
    "Edit",
    "Events",
    "HistoryProof",
    "Judged",
    "LegalHistory",
    "Operations",
    "Proof",
    "Rows",
    "both",
    "corruptions",
    "either",
    "of_runs",
    "prove",
]
