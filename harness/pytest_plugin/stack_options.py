"""The plugin's options and ini values, and the stack that they describe."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.stack.providers import AUTO, PROVIDERS

_INI = (
    ("gauntlet_topology", "string", "the services.toml of the system under test, relative to this file"),
    ("gauntlet_instances", "linelist", "how many of a service: order=2"),
    ("gauntlet_settings", "linelist", "a variable of a service: order.TTL_S=2"),
)


@dataclass(frozen=True)
class StackOptions:
    """The stack that tests of this run ask for. `reuse` is the name of one that runs, "" for the run's own."""

    provider: str = AUTO
    reuse: str = ""
    topology: Path | None = None
    instances: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()

    @classmethod
    def of(cls, config: pytest.Config) -> "StackOptions":
        """Read pytest's configuration."""
        beside = (config.inipath or config.rootpath / "pytest.ini").parent
        topology = str(config.getini("gauntlet_topology"))
        return cls(
            provider=config.getoption("--provider"),
            reuse=config.getoption("--stack-reuse"),
            topology=beside / topology if topology else None,
            instances=tuple(config.getini("gauntlet_instances")),
            settings=tuple(config.getini("gauntlet_settings")),
        )

    @property
    def names_a_system(self) -> bool:
        """Whether a test could have a stack at all."""
        return self.topology is not None or bool(self.reuse)

    def arguments(self) -> list[str]:
        """The arguments of `gauntlet up`. Raises ValueError without a topology."""
        if self.topology is None:
            raise ValueError("a stack is made from a topology")
        given = ["--topology", str(self.topology), "--provider", self.provider]
        given += [part for value in self.instances for part in ("--instances", value)]
        return given + [part for value in self.settings for part in ("--set", value)]


def add_options(parser: pytest.Parser) -> None:
    """Declare options and ini values."""
    group = parser.getgroup("gauntlet", "the system under test")
    group.addoption("--provider", choices=(AUTO, *PROVIDERS), default=AUTO, help="where servers come from (default: auto)")
    group.addoption(
        "--stack-reuse",
        metavar="NAME",
        default="",
        help="use the stack that `gauntlet up --detach --name NAME` started here; nothing is started or stopped",
    )
    for name, kind, about in _INI:
        parser.addini(name, about, type=kind, default="" if kind == "string" else [])  # type: ignore[arg-type]  # a Literal
