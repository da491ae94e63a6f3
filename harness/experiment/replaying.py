"""The one command that does a run again: the experiment, its seed and everything that was chosen for it, by whatever means."""

import shlex

from harness.experiment.context import Choices
from harness.seed import Seed


def replay_command(experiment: str, seed: Seed, choices: Choices) -> str:
    """A line for the shell, in a clone of the repository. What stands for itself (the defaults of `Choices`) is left out."""
    what = f"make mutants MUTANT={choices.mutant}" if choices.mutant else f"make chaos EXPERIMENT={experiment}"
    variables = [f"{name}={shlex.quote(value)}" for name, value in sorted(choices.environment.items())]
    arguments = " ".join(shlex.quote(word) for word in _arguments(choices)).replace("$", "$$")  # make's own dollar
    return " ".join([*variables, what, f"SEED={seed}", *([f"ARGS={shlex.quote(arguments)}"] if arguments else [])])


def _arguments(choices: Choices) -> list[str]:
    default = Choices()
    # The copy that a bug was planted in is gone: it is made again of what it was a copy of.
    topology = choices.copied if choices.mutant else choices.topology
    found = ["--provider", choices.provider] if choices.provider != default.provider else []
    found += ["--proxy", choices.proxy] if choices.proxy else []
    found += ["--topology", str(topology)] if topology is not None else []
    return found + (["--stack-reuse", choices.stack.name] if choices.stack is not None else [])
