"""No client of ours heeds the proxy variables of whoever starts it: found in the source, wherever a client is made."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.loopback import NO_PROXY
from system.common.rpc_channel import OPTIONS

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("harness", "chaos", "system", "tests")
REQUESTS = {"request", "get", "post", "put", "patch", "delete", "head", "stream"}
CLIENTS = {"Client", "AsyncClient"}
CHANNELS = {"insecure_channel", "secure_channel"}
MADE = re.compile(r"httpx|AsyncClient|secure_channel|requests|aiohttp|urllib")
"""What a source must have for a client to be made in it: most have not, and need not be parsed."""
HEED_THEM = {"requests", "aiohttp", "urllib.request"}
"""Libraries whose clients take the proxies of the environment unless told otherwise each time."""


def clients_of(source: str, name: str = "") -> Iterator[tuple[str, bool]]:
    """Every place where a client is made, in words, and whether it goes directly."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            function = ast.unparse(node.func)
            given = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
            owner, _, called = function.rpartition(".")
            where = f"{name}:{node.lineno}: {function}"
            if (owner == "httpx" and called in CLIENTS | REQUESTS) or (not owner and called == "AsyncClient"):
                yield where, given.get("trust_env") == "False"
            elif called in CHANNELS:
                yield where, any(each in given.get("options", "") for each in ("NO_PROXY", "options"))
        elif isinstance(node, ast.Import | ast.ImportFrom):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            errors = isinstance(node, ast.ImportFrom) and all(alias.name.endswith("Exception") for alias in node.names)
            for module in modules:
                if module in HEED_THEM and not errors:  # docker-py, on a socket, raises those of requests
                    yield f"{name}:{node.lineno}: import {module}", module == "requests" and _only_direct_sessions(source)


def _only_direct_sessions(source: str) -> bool:
    """Whether each session of requests is told to go directly, and none is made for a single request."""
    called = [ast.unparse(node.func) for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    at_once = [name for name in called if name.removeprefix("requests.") in REQUESTS and name.startswith("requests.")]
    return not at_once and called.count("requests.Session") == source.count(".trust_env = False")


def test_every_client_goes_directly() -> None:
    found = [
        each
        for folder in FOLDERS
        for path in sorted((ROOT / folder).rglob("*.py"))
        if MADE.search(source := path.read_text())
        for each in clients_of(source, str(path.relative_to(ROOT)))
    ]
    assert len(found) > 20, "a search that finds no clients proves nothing"
    assert [where for where, direct in found if not direct] == []


@pytest.mark.parametrize(
    "source",
    [
        "httpx.AsyncClient()",
        "httpx.Client(base_url=url, trust_env=True)",
        "httpx.get(url)",
        "AsyncClient(transport=transport)",
        "grpc.insecure_channel(address)",
        "grpc.aio.insecure_channel(address, options=[('grpc.x', 1)])",
        "import requests\nrequests.get(url)",
        "import requests\nhttp = requests.Session()",
        "from urllib.request import urlopen",
    ],
)
def test_one_that_does_not_is_found(source: str) -> None:
    assert [direct for _, direct in clients_of(source)] == [False]


def test_the_options_that_channels_share_say_so() -> None:
    assert ("grpc.enable_http_proxy", 0) in NO_PROXY
    assert set(NO_PROXY) <= set(OPTIONS)
