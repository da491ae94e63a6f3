"""Namespaces on the servers of a running stack: apart from each other and from the stack, empty at first, gone afterwards."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pymysql
import pytest
import redis

from harness.stack.attach import attach
from harness.stack.errors import NotAttachable
from harness.stack.manifest import MysqlAccess
from harness.stack.namespaces import Namespace, NamespaceFailed
from harness.stack.namespaces.erlang import ErlangError, Node
from harness.stack.ports import HOST
from harness.stack.stack import Stack
from tests.conformance.contamination import REDIS, SCHEMA, clean, contamination, read, strangers, write
from tests.conformance.nested import CROSSING, Project

HOLDER = Path(__file__).with_name("holder.py")
EVERYWHERE = {"rows", "messages", *(f"keys of {server}" for server in REDIS)}


@pytest.fixture
def namespace(stack: Stack) -> Iterator[Namespace]:
    with Namespace.take(stack) as mine:
        yield mine


def traces(stack: Stack, name: str) -> list[str]:
    """What there is of a namespace on the servers, as their administrators see it."""
    manifest = stack.manifest
    found = []
    with _admin(stack) as cursor:
        for what in ("SHOW DATABASES", "SELECT user FROM mysql.user"):
            cursor.execute(what)
            found += [row[0] for row in cursor.fetchall() if row[0].startswith(f"{name}_")]
    with Node(manifest.admin["rabbitmq"].port, manifest.admin["rabbitmq"].password) as node:
        found += [vhost.decode() for vhost in node.call("rabbit_vhost", "list_names", []) if vhost.decode() == name]
    for server in REDIS:
        with redis.Redis.from_url(f"{stack.redis_url(server).removesuffix('0')}{name.removeprefix('ns')}") as client:
            found += [f"{server}: {size} keys"] if (size := client.dbsize()) else []
    return found


@contextmanager
def _admin(stack: Stack) -> Iterator[pymysql.cursors.Cursor]:
    admin = stack.manifest.admin["mysql"]
    with (
        pymysql.connect(host=HOST, port=admin.port, user=admin.user, password=admin.password) as connection,
        connection.cursor() as cursor,
    ):
        yield cursor


def test_several_that_write_the_same_names_at_once_never_see_each_other(stack: Stack) -> None:
    with ExitStack() as held:
        several = [held.enter_context(Namespace.take(stack)) for _ in range(4)]
        assert len({each.name for each in several}) == 4
        assert contamination(several) == set()


def test_the_check_finds_two_that_were_given_the_same_namespace(namespace: Namespace) -> None:
    assert contamination([namespace, namespace]) == EVERYWHERE


def test_the_check_finds_contamination_of_each_kind_alone(stack: Stack) -> None:
    with Namespace.take(stack) as one, Namespace.take(stack) as other:
        assert contamination([one, _Mixed(other, mysql=one)]) == {"rows"}
        one.reset()
        other.reset()
        assert contamination([one, _Mixed(other, redis=one)]) == {f"keys of {server}" for server in REDIS}
        one.reset()
        other.reset()
        assert contamination([one, _Mixed(other, amqp=one)]) == {"messages"}


class _Mixed:
    """A planted defect: one namespace, but for a part that is another's."""

    def __init__(
        self,
        own: Namespace,
        *,
        mysql: Namespace | None = None,
        redis: Namespace | None = None,
        amqp: Namespace | None = None,
    ) -> None:
        self._mysql, self._redis, self._amqp = mysql or own, redis or own, amqp or own

    @property
    def amqp_url(self) -> str:
        return self._amqp.amqp_url

    def mysql(self, schema: str) -> MysqlAccess:
        return self._mysql.mysql(schema)

    def redis_url(self, server: str) -> str:
        return self._redis.redis_url(server)


def test_after_a_reset_everything_is_gone_and_the_same_addresses_serve(stack: Stack, namespace: Namespace) -> None:
    write(namespace, "before")
    before = (namespace.mysql(SCHEMA), namespace.amqp_url, [namespace.redis_url(server) for server in REDIS])
    namespace.reset()
    assert (namespace.mysql(SCHEMA), namespace.amqp_url, [namespace.redis_url(server) for server in REDIS]) == before
    write(namespace, "after")
    assert strangers(read(namespace), "after") == set()


def test_a_reset_does_not_wait_for_those_who_hold_locks_in_it(namespace: Namespace) -> None:
    write(namespace, "somebody")
    access = namespace.mysql(SCHEMA)
    holder = pymysql.connect(
        host=access.host, port=access.port, user=access.user, password=access.password, database=access.schema
    )
    with holder.cursor() as cursor:
        cursor.execute("SELECT * FROM crossing FOR UPDATE")
        namespace.reset()
        with pytest.raises(pymysql.MySQLError):
            cursor.execute("SELECT 1")
    holder.close()


def test_of_a_dropped_namespace_nothing_is_left_and_its_name_is_given_again(stack: Stack) -> None:
    with Namespace.take(stack) as mine:
        write(mine, "me")
        name = mine.name
        assert len(traces(stack, name)) == 3 + len(REDIS)
    assert traces(stack, name) == []
    with pytest.raises(NamespaceFailed, match="has been dropped"):
        mine.mysql(SCHEMA)
    with Namespace.take(stack) as again:
        assert again.name == name


def test_its_account_reaches_no_other_schema(stack: Stack, namespace: Namespace) -> None:
    access, theirs = namespace.mysql(SCHEMA), stack.mysql(SCHEMA)
    with pytest.raises(pymysql.MySQLError, match="Access denied"):
        pymysql.connect(host=access.host, port=access.port, user=access.user, password=access.password, database=theirs.schema)
    with pytest.raises(pymysql.MySQLError, match="Access denied"):
        pymysql.connect(host=theirs.host, port=theirs.port, user=theirs.user, password=theirs.password, database=access.schema)


def test_what_a_killed_process_has_left_goes_when_the_next_one_is_taken(stack: Stack) -> None:
    holder = subprocess.Popen(  # noqa: S603 - our own interpreter and program
        [sys.executable, str(HOLDER), str(stack.folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout is not None
        theirs = holder.stdout.readline().strip()
        with Namespace.take(stack) as mine:
            assert mine.name != theirs
        assert len(traces(stack, theirs)) == 3 + len(REDIS), "it lives: nobody takes anything away from it"
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        assert traces(stack, theirs), "nobody has been there yet"
        with Namespace.take(stack):
            assert traces(stack, theirs) == []
    finally:
        holder.kill()
        holder.communicate()


def test_a_process_is_told_where_its_namespace_is(stack: Stack, namespace: Namespace) -> None:
    told = namespace.environment("back", {"http": 1234}, overrides={"EXTRA": "more"})
    access = namespace.mysql(SCHEMA)
    assert told["DATABASE_URL"] == f"mysql://{access.user}:{access.password}@{HOST}:{access.port}/{access.schema}"
    assert told["LOCKS_URL"] == namespace.redis_url("locks")
    assert told["BROKER_URL"] == namespace.amqp_url
    assert (told["HTTP_PORT"], told["INSTANCE"], told["EXTRA"]) == ("1234", f"back-{namespace.name}", "more")
    assert told["PASSWORD"] == stack.secret("password")
    assert told["PATH"]
    front = namespace.environment("front", {"http": 1234}, instance="mine")
    assert front["BACK_ADDRESSES"].split(",") == [stack.address(name) for name in ("back-1", "back-2")]
    assert front["INSTANCE"] == "mine"


def test_a_broker_lets_nobody_in_who_has_another_cookie_and_says_what_went_wrong(stack: Stack) -> None:
    admin = stack.manifest.admin["rabbitmq"]
    with pytest.raises(ErlangError):
        Node(admin.port, "another").call("rabbit_vhost", "list_names", [])
    with Node(admin.port, admin.password) as node:
        with pytest.raises(ErlangError, match="no_such_vhost"):
            node.call("rabbit_vhost", "delete", [b"nowhere", b"me"])
        with pytest.raises(ErlangError, match="undef"):
            node.call("nothing", "nowhere", [])


def test_a_stack_that_has_ended_has_none(stack: Stack, tmp_path: Path) -> None:
    (tmp_path / "stack.json").write_bytes((stack.folder / "stack.json").read_bytes())
    with pytest.raises(NotAttachable):
        Namespace.take(attach(tmp_path))


def test_xdist_workers_do_not_meet_in_their_namespaces_but_on_the_bare_stack(stack: Stack, tmp_path: Path) -> None:
    project = Project(tmp_path, CROSSING)
    (tmp_path / ".gauntlet" / "stacks").mkdir(parents=True)
    (tmp_path / ".gauntlet" / "stacks" / "warm").symlink_to(stack.folder)
    arguments = ("--stack-reuse", "warm", "-n", "2", "-p", "no:timeout")
    apart = project.pytest(*arguments, "-k", "apart")
    assert apart.returncode == 0, apart.stdout
    assert "2 passed" in apart.stdout
    names = [json.loads(path.read_text()) for path in tmp_path.glob("*.name")]
    assert len(set(names)) == 2
    assert [traces(stack, name) for name in names] == [[]] * 2
    try:
        together = project.pytest(*arguments, "-k", "together")
    finally:
        clean(stack)
    assert "2 failed" in together.stdout, together.stdout
    assert all(together.stdout.count(kind) >= 2 for kind in EVERYWHERE), together.stdout
