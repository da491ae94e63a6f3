import re
from pathlib import Path

import pytest

from harness.stack.edges import MEMBER
from harness.stack.errors import TopologyError
from harness.stack.services_toml.rules import PROXY
from harness.stack.topology import Edge, Health, Role, Topology

GOOD = """
[stack]
name = "toy"
entry = "front"
entry_port = 3000
pages = ["/docs"]
show = ["LOGIN"]
migrate = ["{python}", "-m", "migrate", "all"]

[servers.mysql]
kind = "mysql"
schemas = ["back"]

[servers.locks]
kind = "redis"
durable = true

[sandboxes.outside]
command = ["{python}", "-m", "outside"]
ports = { http = "HTTP_PORT" }
health = { kind = "http", port = "http", path = "/health" }

[services.back]
command = ["{python}", "-m", "back"]
migrate = ["{python}", "-m", "migrate", "back"]
ports = { grpc = "GRPC_PORT" }
health = { kind = "grpc", port = "grpc" }
environment = { TOKEN = "{secret:token}" }

[services.front]
command = ["{python}", "-m", "front"]
ports = { http = "HTTP_PORT" }
health = { kind = "tcp", port = "http" }

[environment]
LOGIN = "{instance}"
SECRET = "x{secret:jwt}"

[edges]
"back->mysql" = { env = "DATABASE_URL", template = "mysql://{user}:{password}@{address}/{schema}" }
"front->back" = { env = "BACK", template = "{address}", port = "grpc" }
"front->locks" = { env = "LOCKS" }
"""


def load(tmp_path: Path, text: str) -> Topology:
    path = tmp_path / "system" / "services.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return Topology.load(path)


def test_everything_is_read(tmp_path: Path) -> None:
    topology = load(tmp_path, GOOD)
    assert (topology.name, topology.entry, topology.entry_port) == ("toy", "front", 3000)
    assert (topology.pages, topology.show) == (("/docs",), ("LOGIN",))
    assert topology.root == tmp_path.resolve()
    assert list(topology.servers) == ["mysql", "locks"]
    assert topology.servers["locks"].durable
    assert not topology.servers["mysql"].durable
    assert topology.servers["mysql"].schemas == ("back",)
    assert list(topology.processes) == ["outside", "back", "front"]
    assert topology.processes["outside"].role is Role.SANDBOX
    assert topology.processes["outside"].health == Health("http", "http", "/health")
    assert [process.name for process in topology.services()] == ["back", "front"]
    assert topology.migrate == ("{python}", "-m", "migrate", "all")
    assert topology.processes["back"].migrate == ("{python}", "-m", "migrate", "back")
    assert topology.edges_from("front") == (
        Edge("front", "back", "BACK", "{address}", "grpc"),
        Edge("front", "locks", "LOCKS", "{address}"),
    )
    assert str(topology.edges[0]) == "back->mysql"
    assert topology.secret_names() == ("jwt", "token")


def test_the_shop_can_be_loaded() -> None:
    topology = Topology.load(Path(__file__).parents[4] / "system" / "services.toml")
    assert topology.root == Path(__file__).parents[4]
    assert topology.entry == "gateway"
    assert len([server for server in topology.servers.values() if server.durable]) == 3


# What is replaced in the good file, by what, and what the message must name.
BAD = [
    ("[stack]", "[stacks]", "stack: is missing"),
    ('name = "toy"', "", "stack.name: is missing"),
    ('name = "toy"', "name = 1", "stack.name: must be a non-empty string, not 1"),
    ('name = "toy"', 'name = "toy"\ncolour = 1', "stack.colour: unknown key"),
    ('entry = "front"', 'entry = "outside"', "stack.entry: outside is not one of the services"),
    ('entry = "front"', 'entry = "back"', "stack.entry: back has no port named http"),
    ("entry_port = 3000", "entry_port = 70000", "stack.entry_port: must be a port from 1 to 65535, not 70000"),
    ("entry_port = 3000", "entry_port = true", "stack.entry_port: must be a port"),
    ('pages = ["/docs"]', 'pages = "/docs"', "stack.pages: must be a list of non-empty strings"),
    ('"migrate", "all"]', '"{all}"]', "stack.migrate[2]: unknown placeholder {all} at character 1; known here: python"),
    ('show = ["LOGIN"]', 'show = ["NIX"]', "stack.show: NIX is not in [environment], nor in that of a service"),
    ('kind = "redis"', 'kind = "memcached"', "servers.locks.kind: memcached is not one of mysql, redis, rabbitmq"),
    ("durable = true", 'durable = "yes"', "servers.locks.durable: must be true or false"),
    ("durable = true", "durabel = true", "servers.locks.durabel: unknown key"),
    ("[servers.locks]", "[servers.Locks]", "servers.Locks: 'Locks' is not a name"),
    ("[sandboxes.outside]", "[sandboxes.mysql]", "sandboxes.mysql: the name mysql is used twice"),
    ('command = ["{python}", "-m", "front"]', "", "services.front.command: is missing"),
    ('command = ["{python}", "-m", "front"]', "command = []", "services.front.command: is empty"),
    ('["{python}", "-m", "front"]', '["{node}"]', "services.front.command[0]: unknown placeholder {node}"),
    ('health = { kind = "tcp", port = "http" }', "", "services.front.health: is missing"),
    ('{ kind = "tcp", port = "http" }', '{ kind = "ping", port = "http" }', "services.front.health.kind: ping is not one"),
    ('{ kind = "tcp", port = "http" }', '{ kind = "tcp", port = "grpc" }', "services.front.health.port: grpc is not one"),
    ('{ grpc = "GRPC_PORT" }', '{ grpc = "GRPC-PORT" }', "services.back.ports.grpc: 'GRPC-PORT' cannot be the name"),
    ('"x{secret:jwt}"', '"{secret:}"', "environment.SECRET: unknown placeholder {secret:}"),
    ('LOGIN = "{instance}"', 'LOGIN = "{port}"', "environment.LOGIN: unknown placeholder {port}"),
    (
        '"front->back"',
        '"front=back"',
        "edges.front=back: 'front=back' does not name an edge: an edge is named \"caller->callee\"",
    ),
    ('"front->back"', '"nix->back"', "edges.nix->back: nix is not one of the sandboxes and services"),
    ('"front->back"', '"mysql->back"', "edges.mysql->back: mysql is not one of the sandboxes and services"),
    ('"front->back"', '"front->nix"', "edges.front->nix: nix is neither a server nor a process"),
    ('env = "BACK", ', "", "edges.front->back.env: is missing"),
    (', port = "grpc" }\n"front', ', port = "http" }\n"front', "edges.front->back.port: must name one of the ports of back"),
    (', port = "grpc" }\n"front', ' }\n"front', "edges.front->back.port: must name one of the ports of back (grpc)"),
    ('{ env = "LOCKS" }', '{ env = "LOCKS", port = "x" }', "edges.front->locks.port: locks is a server"),
    ('{ env = "LOCKS" }', '{ env = "LOCKS", template = "{user}" }', "edges.front->locks.template: unknown placeholder {user}"),
    ('template = "{address}", port', 'template = "{schema}", port', "edges.front->back.template: unknown placeholder {schema}"),
    ('entry = "front"', 'entry = "nix"', "stack.entry: nix is not one of the services (back, front)"),
    ('name = "toy"', "", "stack.name: is missing. What the system is called"),
    ('health = { kind = "tcp", port = "http" }', "health = 1", "services.front.health: must be a table, not 1"),
    ('pages = ["/docs"]', 'pages = ["/docs", 1]', "stack.pages[1]: must be a non-empty string, not 1"),
    ("[edges]", "edges = 1\n[more]", "more: unknown key. Known here: servers, sandboxes"),
    ("durable = true", "durabel = true", "servers.locks.durabel: unknown key. Was durable meant? Known here: kind, durable"),
    ('LOGIN = "{instance}"', 'LOGIN = "{instance"', 'environment.LOGIN: the "{" at character 1 is never closed'),
    ('LOGIN = "{instance}"', 'LOGIN = "instance}"', 'environment.LOGIN: the "}" at character 9 is never opened'),
    ('["{python}", "-m", "front"]', '["{python"]', 'services.front.command[0]: the "{" at character 1 is never closed'),
    ('template = "{address}", port', 'template = "{address", port', 'edges.front->back.template: the "{" at character 1'),
    ('LOGIN = "{instance}"', 'LOGIN = "x\\u0000"', "environment.LOGIN: has a NUL at character 2: take it out"),
    ('name = "toy"', 'name = "t\\u0000y"', "stack.name: has a NUL at character 2"),
    ('name = "toy"', 'name = "toy"\nroot = "\\u0000"', "stack.root: has a NUL at character 1"),
    ("[servers.locks]", "[servers.back-1]", "servers.back-1: the name is taken by the proxy or an instance of a service"),
    ("[servers.locks]", "[servers.proxy]", "servers.proxy: the name is taken by the proxy or an instance of a service"),
    ('schemas = ["back"]', 'schemas = ["other"]', "edges.back->mysql.template: back has no schema in servers.mysql.schemas"),
    ('env = "LOCKS"', 'env = "BACK"', 'front: BACK is set twice, by edges."front->back" and by edges."front->locks"'),
    ('env = "LOCKS"', 'env = "HTTP_PORT"', "front: HTTP_PORT is set twice, by ports.http and by edges"),
    ('env = "LOCKS"', 'env = "LOGIN"', 'front: LOGIN is set twice, by edges."front->locks" and by environment'),
    ("TOKEN = ", "GRPC_PORT = ", "back: GRPC_PORT is set twice, by ports.grpc and by its own environment"),
]


@pytest.mark.parametrize(("old", "new", "message"), BAD, ids=[message for _, _, message in BAD])
def test_bad_input_is_refused_naming_file_and_key(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert GOOD.count(old) >= 1, "the case changes nothing"
    with pytest.raises(TopologyError, match=re.escape(f"services.toml: {message}")):
        load(tmp_path, GOOD.replace(old, new, 1))


def test_a_file_that_is_not_there_and_one_that_is_not_toml(tmp_path: Path) -> None:
    with pytest.raises(TopologyError, match=r"nix\.toml: cannot be read: No such file or directory"):
        Topology.load(tmp_path / "nix.toml")
    with pytest.raises(TopologyError, match=r"services\.toml: not valid TOML: .*line 2"):
        load(tmp_path, "a = 1\n[stack\n")


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    assert load(tmp_path, "\ufeff" + GOOD).name == "toy"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"[stack]\nname = '\xff'\n", "not UTF-8: byte 0xff in line 2; save it as UTF-8"),
        (GOOD.encode("utf-16"), "not UTF-8: byte 0xff in line 1"),
        (b"[stack]\nname = '\0'\n", r"not valid TOML: Found invalid character '\x00' (at line 2, column 9)"),
    ],
)
def test_bytes_that_are_no_text_are_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "services.toml"
    path.write_bytes(content)
    with pytest.raises(TopologyError, match=re.escape(f"services.toml: {message}")):
        Topology.load(path)


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    text = (
        GOOD.replace('name = "toy"', "name = 1")
        .replace("durable = true", "durabel = true")
        .replace('kind = "tcp"', 'kind = "x"')
    )
    text = text.replace('env = "BACK"', 'env = "LOCKS"').replace('"back->mysql"', '"nix->mysql"')
    with pytest.raises(TopologyError) as raised:
        load(tmp_path, text)
    assert [line.partition("services.toml: ")[2].partition(": ")[0] for line in str(raised.value).splitlines()] == [
        "servers.locks.durabel",
        "services.front.health.kind",
        "stack.name",
        "edges.nix->mysql",
        "edges.nix->mysql.template",
    ]


def test_what_has_problems_of_its_own_counts_as_there(tmp_path: Path) -> None:
    with pytest.raises(TopologyError) as raised:
        load(tmp_path, GOOD.replace("durable = true", "durabel = true").replace("health = { kind", "health = { kidn"))
    assert "neither" not in str(raised.value)
    assert "not one of the s" not in str(raised.value)


def test_the_name_that_is_reserved_is_the_proxys() -> None:
    assert PROXY == MEMBER
