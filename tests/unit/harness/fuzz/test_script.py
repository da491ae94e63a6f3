"""A printed sequence runs with nothing but Python, and names are filled in from its own answers."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from harness.fuzz.requests import Exchange, Request, Values
from harness.fuzz.script import script, usage

ASKED: list[tuple[str, str, object]] = []


class Echo(BaseHTTPRequestHandler):
    """Answers an id, and keeps what it was asked."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        ASKED.append((self.command, self.path, json.loads(body) if body else None))
        self.send_response(201)
        self.end_headers()
        self.wfile.write(json.dumps({"id": f"n{len(ASKED)}"}).encode())

    do_GET = do_POST  # noqa: N815 - the name is the library's

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
        """Quietly."""


@contextmanager
def echo() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Echo) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_a_script_sends_the_sequence_again(tmp_path: Path) -> None:
    first = Request("ada", "POST", "/things", {"name": "a \"'\\ {run}", "password": "$SECRET"}, captures={"thing": "other|id"})
    then = Request("bob", "GET", "/things/{thing}", headers={"Authorization": "Bearer {thing}"})
    nowhere = Request("bob", "GET", "/things/{nothing}")
    sequence = [((Exchange(first, 201, "made"),),), ((Exchange(then, 404, 'not """ there'),), (Exchange(nowhere, 404),))]
    path = tmp_path / "again.py"
    path.write_text(script(sequence, 'expected """ this', usage({"gateway": "http://x"}, str(path), ["SECRET"])))
    ASKED.clear()
    with echo() as url:
        again = subprocess.run(  # noqa: S603 - a script of ours
            [sys.executable, str(path), f"gateway={url}"], env={"SECRET": "sesame"}, capture_output=True, text=True, check=True
        )
    made, *others = ASKED
    assert made[:2] == ("POST", "/things")
    assert isinstance(made[2], dict)
    assert made[2]["password"] == "sesame"
    assert made[2]["name"].startswith("a \"'\\ r")
    assert {path for _, path, _ in others} == {"/things/n1", f"/things/{Values()['nothing']}"}
    assert "  # 201 made\n" in path.read_text()
    assert "201 " in again.stdout


def test_usage_names_servers_and_secrets() -> None:
    assert (
        usage({"gateway": "http://x", "provider": "http://y"}, "s.py", ["P"])
        == "P=... python3 s.py gateway=http://x provider=http://y"
    )


def test_a_name_keeps_its_first_value_and_stands_for_nothing_known_before() -> None:
    values = Values()
    unknown = values["order"]
    values.learn("order", "1")
    values.learn("order", "2")
    assert values.text("/orders/{order}") == "/orders/1"
    assert values.fill({"a": ["{order}", 1]}) == {"a": ["1", 1]}
    assert unknown != values["order"]


def test_an_operation_is_named_without_what_is_variable() -> None:
    assert Request("c", "GET", "/orders/{o.c0.k1}/x?limit=1&cursor={w}").operation == "GET /orders/{id}/x"
