"""Which official images can be pulled here; only the missing ones are built.

Toxiproxy's is published outside Docker Hub, so that GAUNTLET_IMAGE_TOXIPROXY has to name it in full; the same setting of
another image is taken for it too.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from ci.images.docker import CommandFailedError, run
from ci.images.recipes import IMAGES, Image

PULL_TIMEOUT_S = 600


def missing(say: Callable[[str], None], environ: Mapping[str, str] = os.environ) -> list[Image]:
    """Pull the official images concurrently; returns those that cannot be pulled, each noted by `say`."""
    sought = [image for image in IMAGES if image.official]
    with ThreadPoolExecutor(max_workers=len(sought)) as pool:
        obstacles = list(pool.map(lambda image: _obstacle(_name(image, environ)), sought))
    for image, obstacle in zip(sought, obstacles, strict=True):
        if obstacle:
            say(f"{_name(image, environ)} cannot be had: {obstacle}")
    return [image for image, obstacle in zip(sought, obstacles, strict=True) if obstacle]


def with_builders(images: Sequence[Image]) -> list[Image]:
    """These, and the images without an official counterpart that they are built in."""
    names = {image.name for image in images}
    return [image for image in IMAGES if image.name in names or (not image.official and image.base in names)]


def _name(image: Image, environ: Mapping[str, str]) -> str:
    return environ.get(f"GAUNTLET_IMAGE_{image.name.upper()}") or image.official


def _obstacle(name: str) -> str:
    try:
        run(["docker", "pull", "--quiet", name], timeout_s=PULL_TIMEOUT_S)
    except CommandFailedError as error:
        return str(error).splitlines()[-1]
    return ""
