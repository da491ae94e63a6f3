"""The command that replays a run: the experiment, its seed and all its choices."""

import shlex

from harness.experiment.context import Choices
from harness.seed import Seed


def replay_command(experiment: str, seed: Seed, choices: Choices, command: str = "") -> str:
    """A line for the shell, in a clone of the repository. Defaults of `Choices` are left out.

    `command` is the experiment's own (`Experiment.command`), "" for `make chaos`.
    """
    usual = command or f"make chaos EXPERIMENT={experiment}"
    what = f"make mutants MUTANT={choices.mutant}" if choices.mutant else usual
    variables = [f"{name}={shlex.quote(value)}" for name, value in sorted(choices.environment.items())]
    arguments = " ".join(shlex.quote(word) for word in _arguments(choices)).replace("$", "$$")  # make expands a single dollar
    return " ".join([*variables, what, f"SEED={seed}", *([f"ARGS={shlex.quote(arguments)}"] if arguments else [])])


def _arguments(choices: Choices) -> list[str]:
    default = Choices()
    # The mutant's copy of the system is deleted after a run: it is made again from the original.
    topology = choices.copied if choices.mutant else choices.topology
    found = ["--provider", choices.provider] if choices.provider != default.provider else []
    found += ["--proxy", choices.proxy] if choices.proxy else []
    found += ["--topology", str(topology)] if topology is not None else []
    return found + (["--stack-reuse", choices.stack.name] if choices.stack is not None else [])
