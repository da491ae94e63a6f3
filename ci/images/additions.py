"""Files that an image needs besides those of its folder: of this machine, or of this repository.

They are part of its recipe, so the image is built anew when they change.
"""

import os
import ssl
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from ci.images import machine
from ci.images.requirements import closure, parse, text

ROOT = Path(__file__).resolve().parents[2]
AUTHORITIES = "authorities.pem"
PIP_CONFIGURATION = "pip.conf"
REQUIREMENTS = "requirements.txt"
PROXY_SOURCES = (
    "harness/__init__.py",
    "harness/direction.py",
    "harness/seed.py",
    "harness/waiting.py",
    "harness/proxy/**/*.py",
)
PROXY_WITHOUT = ("harness/proxy/bench/", "harness/proxy/client.py", "harness/proxy/process.py")
"""Modules of harness/proxy that are clients of a proxy, left out of its image."""
PROXY_PACKAGES = frozenset({"httptools", "prometheus-client", "starlette", "uvicorn", "uvloop"})


def additions(name: str) -> Mapping[str, bytes]:
    """Contents by path, of the image of that name. Raises machine.UnsuitableMachineError when this machine lacks one."""
    return ADDITIONS[name]() if name in ADDITIONS else {}


def _ways_out() -> Mapping[str, bytes]:
    bundle = os.environ.get("PIP_CERT") or ssl.get_default_verify_paths().cafile
    if not bundle or not Path(bundle).is_file():
        raise machine.UnsuitableMachineError("this machine has no bundle of certificate authorities (set PIP_CERT)")
    return {AUTHORITIES: Path(bundle).read_bytes(), PIP_CONFIGURATION: machine.pip_configuration(sys.executable).encode()}


def _own_proxy() -> Mapping[str, bytes]:
    chosen = closure(parse((ROOT / "requirements.lock").read_text()), PROXY_PACKAGES)
    sources = sorted(str(path.relative_to(ROOT)) for pattern in PROXY_SOURCES for path in ROOT.glob(pattern))
    taken = [path for path in sources if not path.startswith(PROXY_WITHOUT)]
    return {REQUIREMENTS: text(chosen).encode()} | {path: (ROOT / path).read_bytes() for path in taken}


ADDITIONS: Mapping[str, Callable[[], Mapping[str, bytes]]] = {"python-builder": _ways_out, "toxiproxy": _own_proxy}
