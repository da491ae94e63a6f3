from pathlib import Path

from harness.stack.native.rabbitmq import without_plugins


def test_the_servers_own_libraries_are_there_and_its_plugins_are_not(tmp_path: Path) -> None:
    server, home = tmp_path / "rabbitmq_server-3.10.8", tmp_path / "home"
    for name in ("rabbit-3.10.8", "rabbit_common-3.10.8", "rabbitmq_prelaunch-3.10.8", "ra-2.2.0", "rabbitmq_mqtt-3.10.8"):
        (server / "plugins" / name / "ebin").mkdir(parents=True)
    for folder in ("sbin", "escript"):
        (server / folder).mkdir()
        (server / folder / "rabbitmq-server").touch()
    for _ in range(2):  # a start that lost its port is tried again in the same home
        scripts = without_plugins(server, home)
    assert (scripts / "rabbitmq-server").is_file()
    assert scripts.resolve() == scripts, "what it takes for its home is the folder around it"
    assert (scripts.parent / "escript" / "rabbitmq-server").is_file()
    found = {path.name for path in (scripts.parent / "plugins").iterdir()}
    assert found == {"rabbit-3.10.8", "rabbit_common-3.10.8", "rabbitmq_prelaunch-3.10.8", "ra-2.2.0"}
    assert all((path / "ebin").is_dir() for path in (scripts.parent / "plugins").iterdir())
