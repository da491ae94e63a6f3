"""Begins the recording in every Python process that has this folder on its PYTHONPATH, as opentelemetry-instrument does.

`CONTRACTS_RECORD_DIR` is where facts are written, `CONTRACTS_RECORD_PACKAGES` the recorded packages, with commas between, and
`CONTRACTS_RECORD_ROOT` the folder below which they must lie: another build of the same packages is not recorded.
"""

import os

if os.environ.get("CONTRACTS_RECORD_DIR"):
    from harness.contracts.consumers.recorder.rewriting import install

    install(os.environ.get("CONTRACTS_RECORD_PACKAGES", "").split(","), os.environ.get("CONTRACTS_RECORD_ROOT", ""))
