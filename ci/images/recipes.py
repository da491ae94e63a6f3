"""The images to build, their sources, and the fingerprint that shows whether a built one is current.

A recipe's fingerprint covers everything of ours that goes into the image, and that of its base; it does not cover Debian's
packages, which drift: `--force` builds with today's.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent

WITHOUT = ("/usr/share/man/*", "/usr/share/doc/*", "/usr/share/locale/*", "/usr/share/info/*")
"""Files to leave out of images; licences stay."""
DPKG_OPTIONS = (
    *(f"path-exclude={pattern}" for pattern in WITHOUT),
    "path-include=/usr/share/doc/*/copyright",
    "force-unsafe-io",  # an incomplete image is discarded, so fsync of each file is not needed
)


@dataclass(frozen=True)
class Recipe:
    """A fingerprint, kept as a label of the image."""

    fingerprint: str

    @property
    def label(self) -> str:
        """As docker's --label wants it."""
        return f"gauntlet.recipe={self.fingerprint}"

    @classmethod
    def of(cls, parts: Iterable[str | bytes]) -> "Recipe":
        """The fingerprint of some parts, in their order."""
        digest = hashlib.sha256()
        for part in parts:
            content = part.encode() if isinstance(part, str) else part
            digest.update(b"%d:" % len(content) + content)
        return cls(digest.hexdigest()[:16])


@dataclass(frozen=True)
class Base:
    """A minimal Debian with apt, made by mmdebstrap."""

    suite: str
    packages: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Its name in images' Dockerfiles."""
        return self.suite

    @property
    def tag(self) -> str:
        """The image's name."""
        return f"gauntlet/debian:{self.suite}"

    def recipe(self) -> Recipe:
        """See the module."""
        return Recipe.of([self.suite, *self.packages, *DPKG_OPTIONS])


@dataclass(frozen=True)
class Image:
    """An image with a Dockerfile in the folder of its name.

    `setting` is its variable in docker-compose.yml, "" for one that the deployment does not use. It replaces the image
    `official`, if there is one.
    """

    name: str
    base: str
    setting: str
    official: str
    about: str
    root: Path = FOLDER

    @property
    def folder(self) -> Path:
        """The folder of its Dockerfile."""
        return self.root / self.name

    @property
    def tag(self) -> str:
        """The image's name."""
        return f"gauntlet/{self.name}:local"

    def recipe(self, bases: Mapping[str, str], generated: Mapping[str, bytes]) -> Recipe:
        """See the module; `bases` are the fingerprints of what is built already, `generated` files join the folder's."""
        files = sorted(path for path in self.folder.rglob("*") if path.is_file())
        parts: list[str | bytes] = [bases[self.base]]
        for path in files:
            parts += [str(path.relative_to(self.folder)), str(path.stat().st_mode & 0o111), path.read_bytes()]
        for name, content in sorted(generated.items()):
            parts += [name, content]
        return Recipe.of(parts)


BASES = (Base("sid"), Base("bookworm"))
IMAGES = (
    Image("mysql", "sid", "MYSQL_IMAGE", "mysql:8.4", "MySQL 9"),
    Image("redis", "sid", "REDIS_IMAGE", "redis:8", "Redis 8"),
    Image("rabbitmq", "sid", "RABBITMQ_IMAGE", "rabbitmq:4-management", "RabbitMQ 4 with management"),
    Image("python", "bookworm", "BASE_IMAGE", "python:3.11-slim-bookworm", "Python 3.11"),
    Image(
        "python-builder", "python", "BUILDER_IMAGE", "", "the same with this machine's authorities and indexes, to install in"
    ),
    Image(
        "toxiproxy",
        "python-builder",
        "",
        "shopify/toxiproxy:2.12.0",
        "A STAND-IN, not Toxiproxy: the project's own proxy behind its command line (no package registry has the real server)",
    ),
)


def plan(names: Sequence[str]) -> list[Base | Image]:
    """What has to be built for these images (none: for all), in order. Raises ValueError for an unknown name."""
    known: dict[str, Base | Image] = {part.name: part for part in (*BASES, *IMAGES)}
    wanted: set[str] = set()
    for name in names:
        if name not in known:
            raise ValueError(f"no image is called {name!r}; there are {', '.join(known)}")
        part: Base | Image | None = known[name]
        while part is not None:
            wanted.add(part.name)
            part = known[part.base] if isinstance(part, Image) else None
    return [part for part in known.values() if part.name in wanted or not names]


def environment(images: Sequence[Image] = IMAGES) -> list[str]:
    """NAME=value for what docker-compose.yml and the service image take, to use these images as they are built here.

    Where an image of ours is what the service is installed in, the index that it knows may be one of the host's own network.
    """
    network = ["BUILD_NETWORK=host"] if any(image.setting == "BUILDER_IMAGE" for image in images) else []
    return [*(f"{image.setting}={image.tag}" for image in images if image.setting), *network]
