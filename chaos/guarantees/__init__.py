"""The shop's promises, one file each. The name of a guarantee is API; its docstring quotes the promise.

Judges read the history alone, so a saved run can be judged again. Adding a promise is adding a file.
"""

from harness.collect import collect
from harness.verdict import Guarantee

GUARANTEES = collect(__name__, Guarantee)
