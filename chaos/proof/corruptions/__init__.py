"""What may go wrong with a history of the shop, one file per area, and the guarantee that must see it.

Every CORRUPTIONS at the top of a module is part of the catalogue. A corruption is a line: a sentence, and an edit.
"""

import importlib
import pkgutil

from harness.proof import Corruption

CORRUPTIONS: tuple[Corruption, ...] = tuple(
    corruption
    for module in sorted(each.name for each in pkgutil.iter_modules(__path__))
    for corruption in importlib.import_module(f"{__name__}.{module}").CORRUPTIONS
)
