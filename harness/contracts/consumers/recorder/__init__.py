"""Runs inside a consumer's process and writes what it uses: calls, fields sent, fields read, statuses, messages, and where.

Field reads of protobuf messages cannot be seen from outside: messages of the C implementation can neither be subclassed nor
patched, and a wrapper is refused wherever a message is wanted (CopyFrom, a constructor, an `is` test). So it is the consumer's
code that is instrumented, as pytest does with asserts: an import hook rewrites each attribute access of the recorded packages
(`rewriting`) to one that looks whether the object came out of an answer (`tracking`). The messages stay what they are, the
source of the system is not touched, and the place of each use is known. Without `CONTRACTS_RECORD_DIR` nothing of this is
imported.
"""

from pathlib import Path

STARTUP = Path(__file__).parent / "startup"
"""The folder that begins the recording in each Python process that has it on its PYTHONPATH."""
