"""Begins the recording in every Python process that has this folder on its PYTHONPATH, as opentelemetry-instrument does.

`CONTRACTS_RECORD_DIR` is where facts are written, `CONTRACTS_RECORD_PACKAGES` the recorded packages, with commas between.
"""

import os

if os.environ.get("CONTRACTS_RECORD_DIR"):
    from harness.contracts.consumers.recorder.rewriting import install

    install(os.environ.get("CONTRACTS_RECORD_PACKAGES", "").split(","))
