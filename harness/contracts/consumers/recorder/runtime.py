"""What rewritten code calls: one tracker per process, which writes to `CONTRACTS_RECORD_DIR`."""

import os
from pathlib import Path

from harness.contracts.consumers.recorder.facts import FactLog
from harness.contracts.consumers.recorder.tracking import Tracker

_folder = Path(os.environ["CONTRACTS_RECORD_DIR"])
_folder.mkdir(parents=True, exist_ok=True)
LOG = FactLog(_folder)
LOG.write_from_now_on()
_tracker = Tracker(LOG.add)
read = _tracker.read
made = _tracker.made
