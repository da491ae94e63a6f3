"""Builds one image after another: mmdebstrap makes a minimal Debian, docker imports it, a Dockerfile does the rest.

An image whose recipe has not changed is kept. A new image replaces the old one only when it is complete.
"""

import shutil
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from ci.images import machine
from ci.images.additions import additions
from ci.images.docker import CommandFailedError, inspect, run
from ci.images.recipes import DPKG_OPTIONS, Base, Image, Recipe, plan

BUILD_TIMEOUT_S = 1800.0

Say = Callable[[str], None]


def build(names: Sequence[str], *, force: bool, say: Say) -> None:
    """Build these images (none: all) and what they are based on.

    Raises ValueError for unknown names, UnsuitableMachineError, CommandFailedError with what a command said.
    """
    recipes: dict[str, str] = {}
    for part in plan(names):
        generated = additions(part.name)
        recipe = part.recipe() if isinstance(part, Base) else part.recipe(recipes, generated)
        recipes[part.name] = recipe.fingerprint
        there = inspect(part.tag)
        if there and there[0] == recipe.fingerprint and not force:
            say(f"{part.tag} is current ({there[1] / 1e6:.0f} MB)")
            continue
        started = time.monotonic()
        if isinstance(part, Base):
            _bootstrap(part, recipe, say)
        else:
            _with_retry(partial(_dockerfile, part, recipe, generated), say)
        built = inspect(part.tag)
        run(["docker", "image", "prune", "--force", "--filter=label=gauntlet.recipe"], timeout_s=120)  # the former one
        say(f"{part.tag} built in {time.monotonic() - started:.1f} s ({(built[1] if built else 0) / 1e6:.0f} MB)")


def _bootstrap(base: Base, recipe: Recipe, say: Say) -> None:
    if shutil.which("mmdebstrap") is None:
        say("installing mmdebstrap with apt")
        run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "mmdebstrap"], timeout_s=BUILD_TIMEOUT_S)
    options = [f"--aptopt={option}" for option in machine.apt_options()]
    options += [f"--dpkgopt={option}" for option in DPKG_OPTIONS]
    options += [f"--include={','.join(base.packages)}"] if base.packages else []
    with tempfile.TemporaryDirectory(prefix="gauntlet-base-") as folder:
        root = Path(folder) / "root.tar"
        command: list[str | Path] = [
            "mmdebstrap",
            "--quiet",
            "--variant=apt",
            *options,
            base.suite,
            root,
            machine.archive().line(base.suite),
        ]
        try:
            run(command, timeout_s=BUILD_TIMEOUT_S)
        except CommandFailedError as error:
            raise machine.UnsuitableMachineError(f"this machine's mirror gives no Debian {base.suite}: {error}") from error
        changes = [f"--change=LABEL {recipe.label}", '--change=CMD ["bash"]']
        run(["docker", "import", *changes, root, base.tag], timeout_s=BUILD_TIMEOUT_S)


def _with_retry(action: Callable[[], None], say: Say) -> None:
    """Retry once, because most failures are those of downloads. Raises CommandFailedError when that fails as well."""
    try:
        action()
    except CommandFailedError as error:
        say(f"{error}\nonce more")
        action()


def _dockerfile(image: Image, recipe: Recipe, generated: Mapping[str, bytes]) -> None:
    with tempfile.TemporaryDirectory(prefix="gauntlet-image-") as folder:
        context = Path(folder) / "context"
        shutil.copytree(image.folder, context)
        for name, content in generated.items():
            (context / name).parent.mkdir(parents=True, exist_ok=True)
            (context / name).write_bytes(content)
        # The host's network, because it is the host that is known to reach its mirror.
        options = ["--network=host", f"--label={recipe.label}", f"--tag={image.tag}"]
        run(["docker", "build", *options, context], timeout_s=BUILD_TIMEOUT_S)
