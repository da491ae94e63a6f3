"""Known bugs, planted in a copy of the system: a harness that does not catch them has no say about unknown ones.

A mutant is a TOML file: edits (find and replace in the copy), the experiment, fuzzer or contract that has to fail, and
the guarantee that has to be named. Mutation testing of the tests themselves, after DeMillo, Lipton and Sayward (1978).
"""

from harness.mutants.beside import Beside
from harness.mutants.mutant import Edit, Mutant, MutantError, load
from harness.mutants.planting import copied, edited, planted
from harness.mutants.result import Caught, MutantResult, result_of

__all__ = [
    "Beside",
    "Caught",
    "Edit",
    "Mutant",
    "MutantError",
    "MutantResult",
    "copied",
    "edited",
    "load",
    "planted",
    "result_of",
]
