from pathlib import Path

import pytest

from ci.images.machine import Archive, UnsuitableMachineError, acquire_options, archive_of, network_settings, parse_targets

TARGETS = """\
MetaKey: main/binary-amd64/Packages
Codename: bookworm-security
Origin: Debian
Component: main
Repo-URI: http://mirror.example/security/
Sourcesentry: {folder}/debian.sources:2

MetaKey: main/binary-amd64/Packages
Codename: nodistro
Origin: NodeSource
Component: main
Repo-URI: http://node.example/
Sourcesentry: {folder}/node.sources:1

MetaKey: main/binary-amd64/Packages
Codename: bookworm
Origin: Debian
Component: main
Repo-URI: http://mirror.example/debian/
Sourcesentry: {folder}/{name}:1
"""
DEB822 = "Types: deb\nURIs: http://mirror.example/debian\nSuites: bookworm\nComponents: main\nSigned-By: {key}\n"
ONE_LINE = "deb [arch=amd64 signed-by={key}] http://mirror.example/debian bookworm main\n"


@pytest.mark.parametrize(("name", "content"), [("debian.sources", DEB822), ("debian.list", ONE_LINE)])
def test_the_mirror_and_its_key_are_those_of_the_machines_own_release(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content.format(key="/usr/share/keyrings/some.gpg"))
    targets = parse_targets(TARGETS.format(folder=tmp_path, name=name))
    archive = archive_of(targets, "bookworm")
    assert archive == Archive("http://mirror.example/debian/", "/usr/share/keyrings/some.gpg")
    assert archive.line("sid") == "deb [signed-by=/usr/share/keyrings/some.gpg] http://mirror.example/debian/ sid main"


def test_a_mirror_without_a_key_of_its_own_is_trusted_as_apt_trusts_it(tmp_path: Path) -> None:
    (tmp_path / "debian.list").write_text("deb http://mirror.example/debian bookworm main\n")
    archive = archive_of(parse_targets(TARGETS.format(folder=tmp_path, name="debian.list")), "bookworm")
    assert archive.line("sid") == "deb http://mirror.example/debian/ sid main"


def test_a_machine_that_is_not_debian_is_refused_with_a_reason() -> None:
    with pytest.raises(UnsuitableMachineError, match="noble"):
        archive_of(parse_targets(TARGETS.format(folder="/nowhere", name="x")), "noble")


def test_only_what_concerns_the_way_to_the_mirror_is_taken_from_apts_settings() -> None:
    dump = (
        'APT::Architecture "amd64";\nAcquire "";\nAcquire::http "";\nAcquire::http::Proxy "http://proxy.example:3128";\n'
        'Acquire::Check-Valid-Until "false";\nAcquire::IndexTargets::deb::Packages::Optional "0";\n'
        'Acquire::https::CAInfo "/etc/ssl/own.pem";\nAcquire::GzipIndexes "true";\n'
    )
    assert acquire_options(dump) == (
        'Acquire::http::Proxy "http://proxy.example:3128"',
        'Acquire::Check-Valid-Until "false"',
        'Acquire::https::CAInfo "/etc/ssl/own.pem"',
    )


def test_pips_indexes_are_taken_over_but_not_the_machines_own_folders() -> None:
    listed = (
        ":env:.cert='/etc/ssl/certs/ca-certificates.crt'\n:env:.find-links='/opt/wheels'\n:env:.default-timeout='180'\n"
        "global.index-url='https://pypi.example/simple'\n"
        "global.extra-index-url='file:///opt/pypi/simple https://more.example/simple'\ninstall.user='true'\n"
    )
    assert network_settings(listed) == {
        "index-url": "https://pypi.example/simple",
        "extra-index-url": "https://more.example/simple",
        "default-timeout": "180",
    }


def test_what_the_environment_says_of_pip_outweighs_the_files() -> None:
    assert network_settings("global.index-url='https://a'\n:env:.index-url='https://b'\n") == {"index-url": "https://b"}
    assert network_settings(":env:.index-url='https://b'\nglobal.index-url='https://a'\n") == {"index-url": "https://b"}
