"""The shop's part of the kill matrix: what is mutated, who claims to see it, which survivors are explained."""

import sys
from pathlib import Path

import chaos
from harness.mutants import Beside
from harness.proof.source.subject import SourceProof

_HERE = Path(__file__).parent
_PROJECT = Path(chaos.__file__).parent.parent

SOURCES = (
    SourceProof(
        name="shop",
        topology=_PROJECT / "system" / "services.toml",
        files=("*/*.py", "*/*/*.py"),
        left_out=(
            "*/migrations/*.py",
            "sandbox/**/*.py",
            "*/__main__.py",
            "*/settings.py",
            "common/telemetry.py",
            "gateway/openapi.py",
        ),
        claims=_HERE / "claims.toml",
        explained=_HERE / "explained.toml",
        candidates=_HERE / "candidates",
        known=Path(chaos.__file__).parent / "mutants",
        beside=(
            Beside(
                folder=_PROJECT / "proto",
                build=(sys.executable, "-m", "ci.stubs", "--proto", "{folder}", "--into", "{into}"),
            ),
            Beside(folder=_PROJECT / "contracts"),
        ),
    ),
)
"""What `gauntlet prove matrix` plants mutants in."""
