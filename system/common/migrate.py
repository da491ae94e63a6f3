"""Bring a service's schema to its newest version: `python -m system.common.migrate SERVICE` (address in DATABASE_URL).

Alembic with one environment for all services; each keeps its revisions in system/<service>/migrations. A MySQL advisory
lock makes instances that start together take turns.
"""

import os
import sys
from pathlib import Path

from alembic import command
from alembic.config import Config

ENVIRONMENT = Path(__file__).parent / "migrations"


def configuration(service: str, url: str) -> Config:
    """Alembic's configuration for a service. Raises SystemExit when the service has no migrations."""
    versions = ENVIRONMENT.parent.parent / service / "migrations"
    if not versions.is_dir():
        raise SystemExit(f"no migrations for {service!r}: {versions} is not a folder")
    config = Config()
    config.set_main_option("script_location", str(ENVIRONMENT))
    config.set_main_option("version_locations", str(versions))
    config.set_main_option("path_separator", "os")
    config.attributes["url"] = url
    config.attributes["service"] = service
    return config


def main(arguments: list[str]) -> int:
    """Run the command line; returns the exit code."""
    url = os.environ.get("DATABASE_URL", "")
    if len(arguments) != 1 or not url:
        sys.stderr.write("usage: DATABASE_URL=mysql+asyncmy://… python -m system.common.migrate SERVICE\n")
        return 2
    command.upgrade(configuration(arguments[0], url), "head")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
