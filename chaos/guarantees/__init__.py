"""The shop's guarantees, one file each. The name of a guarantee is API; the first paragraph of its docstring is the promise.

Judges read the history alone, so a saved run can be judged again. Every module of this package is loaded.
"""

from harness.collect import collect
from harness.verdict import Guarantee

GUARANTEES = collect(__name__, Guarantee)
