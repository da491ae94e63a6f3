"""Bring a service's schema to its newest version: `python -m system.common.migrate SERVICE` (address in DATABASE_URL).

`--all` does it for every service whose address is there as <SERVICE>_DATABASE_URL: five times the work of one, but one start
of an interpreter, which takes longer than most of the work.

Alembic with one environment for all services; each keeps its revisions in system/<service>/migrations. A MySQL advisory
lock makes instances that start together take turns.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from alembic import command
from alembic.config import Config

ENVIRONMENT = Path(__file__).parent / "migrations"
ALL, SUFFIX = "--all", "_DATABASE_URL"
USAGE = """usage: DATABASE_URL=mysql+asyncmy://… python -m system.common.migrate SERVICE
       USER_DATABASE_URL=… ORDER_DATABASE_URL=… python -m system.common.migrate --all
"""


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


def wanted(arguments: Sequence[str], environ: Mapping[str, str]) -> dict[str, str]:
    """The addresses of the schemas to migrate, by service; none when that was not said rightly."""
    if list(arguments) == [ALL]:
        named = ((name.removesuffix(SUFFIX), url) for name, url in environ.items() if name.endswith(SUFFIX))
        return {service.lower(): url for service, url in named}
    url = environ.get("DATABASE_URL", "")
    return {arguments[0]: url} if len(arguments) == 1 and url else {}


def main(arguments: Sequence[str]) -> int:
    """Run the command line; returns the exit code."""
    addresses = wanted(arguments, os.environ)
    if not addresses:
        sys.stderr.write(USAGE)
        return 2
    for service, url in addresses.items():
        command.upgrade(configuration(service, url), "head")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
