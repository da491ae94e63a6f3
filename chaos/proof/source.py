"""The shop's part of the kill matrix: what is mutated, who claims to see it, which survivors are explained."""

from pathlib import Path

import chaos
from harness.proof.source.subject import SourceProof

_HERE = Path(__file__).parent

SOURCES = (
    SourceProof(
        name="shop",
        topology=Path(chaos.__file__).parent.parent / "system" / "services.toml",
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
    ),
)
"""What `gauntlet prove matrix` plants mutants in."""
