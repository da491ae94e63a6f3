"""Whatever happens between start and stop, nothing is left: no process, no data, no claim on folder or ports."""

import socket
import threading
from pathlib import Path

import pytest

from harness.stack.attach import attach
from harness.stack.errors import LeftOvers, NotAttachable, PortTaken, StackBusy, StackError, StartFailed
from harness.stack.events import Phase, StackEvent
from harness.stack.ports import HOST, Ports, is_free
from harness.stack.provider import Provider
from harness.stack.stack import Stack
from harness.stack.topology import Topology
from harness.waiting import wait_until
from tests.conformance.toys import TOYS, get, left_of, living, small


def _assert_nothing_left(stack: Stack) -> None:
    assert left_of(stack) == []
    assert not (stack.folder / "data").exists()
    with pytest.raises(NotAttachable, match="no stack in"):
        attach(stack.folder)


def test_stop_leaves_logs_and_nothing_else(provider: Provider, tmp_path: Path) -> None:
    events: list[StackEvent] = []
    stack = Stack(small(), provider, folder=tmp_path, instances={"back": 2})
    stack.start(events.append)
    ports = [port for instance in stack.instances() for port in instance.ports.values()]
    names = [instance.name for instance in stack.instances()]
    assert len(left_of(stack)) == len(names) == 4
    stack.stop(events.append)
    stack.stop()

    _assert_nothing_left(stack)
    assert all(is_free(port) for port in ports)
    assert {path.name for path in (tmp_path / "logs").iterdir()} == {f"{name}.log" for name in names}
    assert (tmp_path / "guard.log").read_text() == "", "the guard had nothing to kill"
    for phase in (Phase.STARTING, Phase.READY, Phase.STOPPING, Phase.STOPPED):
        assert sorted(event.name for event in events if event.phase is phase) == sorted(names)


def test_an_error_in_the_block_stops_the_stack(provider: Provider, tmp_path: Path) -> None:
    stack = Stack(small(), provider, folder=tmp_path)
    with pytest.raises(ZeroDivisionError), stack:
        raise ZeroDivisionError
    _assert_nothing_left(stack)


def test_a_service_that_cannot_start_is_quoted_and_takes_the_rest_with_it(provider: Provider, tmp_path: Path) -> None:
    stack = Stack(small(), provider, folder=tmp_path, environment={"front": {"TOY_EXIT": "3"}})
    with pytest.raises(StartFailed, match=r"(?s)front-1 ended with code 3 during start.*this is why I cannot start"):
        stack.start()
    _assert_nothing_left(stack)
    with Stack(small(), provider, folder=tmp_path):
        pass


def test_a_migration_that_fails_is_quoted(provider: Provider, tmp_path: Path) -> None:
    path = tmp_path / "services.toml"
    path.write_text(
        f"""
        [stack]
        name = "migrating"
        root = "{TOYS}"
        entry = "back"
        [servers.mysql]
        kind = "mysql"
        schemas = ["back"]
        [services.back]
        command = ["{{python}}", "toy.py"]
        migrate = ["{{python}}", "migrate.py"]
        ports = {{ http = "HTTP_PORT" }}
        health = {{ kind = "http", port = "http", path = "/health" }}
        [edges]
        "back->mysql" = {{ env = "DATABASE_URL", template = "mysql://{{user}}:{{password}}@{{address}}/{{schema}}" }}
        """
    )
    nowhere = {"back": {"DATABASE_URL": "mysql://a:b@127.0.0.1:1/x"}}
    stack = Stack(Topology.load(path), provider, folder=tmp_path / "run", environment=nowhere)
    with pytest.raises(StartFailed, match=r"(?s)back-migrate ended with code 1.*Can't connect to MySQL"):
        stack.start()
    _assert_nothing_left(stack)


def test_a_program_that_is_not_there_is_named(provider: Provider, tmp_path: Path) -> None:
    path = tmp_path / "services.toml"
    path.write_text(
        """
        [stack]
        name = "broken"
        entry = "front"
        [services.front]
        command = ["/does/not/exist"]
        ports = { http = "HTTP_PORT" }
        health = { kind = "tcp", port = "http" }
        """
    )
    stack = Stack(Topology.load(path), provider, folder=tmp_path / "run")
    with pytest.raises(StartFailed, match=r"front-1 cannot be started.*No such file.*/does/not/exist"):
        stack.start()
    _assert_nothing_left(stack)


def test_an_entry_port_in_use_is_named(provider: Provider, tmp_path: Path) -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        stack = Stack(small(), provider, folder=tmp_path, entry_port=port)
        with pytest.raises(PortTaken, match=f"port {port} on 127.0.0.1 is in use"):
            stack.start()
    _assert_nothing_left(stack)


def test_the_entry_port_is_taken_by_the_first_instance_of_the_entry(provider: Provider, tmp_path: Path) -> None:
    with Ports() as ports:
        port = ports.free()
    with Stack(small(), provider, folder=tmp_path, entry_port=port, instances={"front": 2}) as stack:
        assert stack.base_url == f"http://127.0.0.1:{port}"
        assert stack.instance("front-1").ports["http"] == port
        assert stack.instance("front-2").ports["http"] != port


def test_two_stacks_run_side_by_side_but_not_in_one_folder(provider: Provider, tmp_path: Path) -> None:
    with Stack(small(), provider, folder=tmp_path / "one") as one, Stack(small(), provider, folder=tmp_path / "two") as two:
        assert get(one.address("back-1"))["LOCKS_URL"] != get(two.address("back-1"))["LOCKS_URL"]
        with pytest.raises(StackBusy, match="a stack is already running in"):
            Stack(small(), provider, folder=tmp_path / "one").start()
        assert one.instance("back-1").alive


def test_a_stack_is_started_once(provider: Provider, tmp_path: Path) -> None:
    stack = Stack(small(), provider, folder=tmp_path)
    with stack:
        pass
    with pytest.raises(StackError, match="started once"):
        stack.start()


def test_services_that_do_not_exist_are_refused_before_anything_happens(provider: Provider, tmp_path: Path) -> None:
    with pytest.raises(StackError, match="instances of nix: no such service; there are back, front"):
        Stack(small(), provider, folder=tmp_path, instances={"nix": 2})
    with pytest.raises(StackError, match="environment of nix: no such service"):
        Stack(small(), provider, folder=tmp_path, environment={"nix": {"A": "1"}})


def test_a_kill_reaches_children_that_went_into_a_session_of_their_own(provider: Provider, tmp_path: Path) -> None:
    with Stack(small(), provider, folder=tmp_path, environment={"back": {"TOY_CHILD": "1"}}) as stack:
        assert len(living(stack, "back-1")) == 2
        stack.kill("back-1")
        assert living(stack, "back-1") == []


def test_a_process_that_escaped_from_its_member_is_reported_and_killed(provider: Provider, tmp_path: Path) -> None:
    stack = Stack(small(), provider, folder=tmp_path, environment={"back": {"TOY_ESCAPE": "1"}})
    stack.start()
    (escaped,) = set(left_of(stack)) - {pid for each in stack.instances() for pid in living(stack, each.name)}
    with pytest.raises(LeftOvers, match=f"processes left over, killed now: {escaped}"):
        stack.stop()
    _assert_nothing_left(stack)


def test_terminate_waits_for_the_end_and_kills_what_will_not_go(provider: Provider, tmp_path: Path) -> None:
    with Stack(small(), provider, folder=tmp_path, environment={"back": {"TOY_STUBBORN": "1"}}) as stack:
        stack.terminate("back-1", grace_s=0.2)
        assert not stack.instance("back-1").alive
        with pytest.raises(StartFailed, match="back-1 ended with code -9"):
            stack.wait_ready("back-1")
        stack.terminate("front-1")
        with pytest.raises(StartFailed, match="front-1 ended with code -15"):
            stack.wait_ready("front-1")


def test_members_can_be_killed_and_started_from_several_threads_at_once(provider: Provider, tmp_path: Path) -> None:
    with Stack(small(), provider, folder=tmp_path, instances={"back": 3}) as stack:
        names = [instance.name for instance in stack.instances()]

        def again(name: str) -> None:
            stack.kill(name)
            stack.boot(name)
            stack.wait_ready(name)

        threads = [threading.Thread(target=again, args=(name,)) for name in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert all(instance.alive for instance in stack.instances())
        assert len(left_of(stack)) == len(names)


def test_a_port_is_held_until_it_is_given_back() -> None:
    with Ports() as ours, Ports() as theirs:
        port = ours.free()
        with pytest.raises(PortTaken):
            theirs.claim(port)
        ours.give_back(port)
        assert theirs.claim(port) == port
    assert wait_until(lambda: is_free(port), what="port free", timeout_s=5)
