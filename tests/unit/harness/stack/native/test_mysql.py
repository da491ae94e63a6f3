import os
from pathlib import Path

from harness.stack.native.mysql import ADMIN, Program, accounts_sql, template

MARIADB = "mysqld  Ver 10.11.19-MariaDB-0+deb12u1 for debian-linux-gnu on x86_64 (Debian 12)"
MYSQL = "/usr/sbin/mysqld  Ver 9.7.0 for Linux on x86_64 (MySQL Community Server - GPL)"


def test_mariadb_is_recognised_under_the_name_of_mysqld() -> None:
    assert Program(Path("/usr/sbin/mysqld"), MARIADB).is_mariadb
    assert not Program(Path("/usr/sbin/mysqld"), MYSQL).is_mariadb


def test_options_fit_the_program() -> None:
    mariadb, mysql = Program(Path("x"), MARIADB).options(), Program(Path("x"), MYSQL).options()
    assert "--innodb-log-file-size=16M" in mariadb
    assert "--loose-mysqlx=0" not in mariadb
    assert {"--innodb-redo-log-capacity=16M", "--loose-mysqlx=0"} <= set(mysql)
    assert ("--user=root" in mysql) == (os.geteuid() == 0)
    for options in (mariadb, mysql):
        assert not any("flush-log-at-trx-commit" in option or "doublewrite" in option for option in options)


def test_accounts_are_confined_to_their_schema_and_may_be_made_twice() -> None:
    sql = accounts_sql({"order": "p1", "user": "p2"}, "r")
    assert sql.startswith("ALTER USER 'root'@'localhost' IDENTIFIED BY 'r';\n")
    assert "CREATE DATABASE IF NOT EXISTS `order`;\n" in sql
    assert "CREATE USER IF NOT EXISTS 'order'@'127.0.0.1' IDENTIFIED BY 'p1';\n" in sql
    assert "GRANT ALL ON `user`.* TO 'user'@'127.0.0.1';\n" in sql
    assert sql.count("GRANT ALL ON") == 3


def test_who_administers_it_comes_from_the_loopback_address_only() -> None:
    sql = accounts_sql({}, "r")
    assert f"CREATE USER IF NOT EXISTS '{ADMIN}'@'127.0.0.1' IDENTIFIED BY 'r';\n" in sql
    assert f"GRANT ALL ON *.* TO '{ADMIN}'@'127.0.0.1' WITH GRANT OPTION;\n" in sql
    assert "%" not in sql


class Initialises(Program):
    """Counts, instead of running a server."""

    def initialise(self, folder: Path) -> None:
        (folder / "ibdata1").write_text(self.version)


def test_a_template_is_made_once_per_version_and_appears_whole(tmp_path: Path) -> None:
    first = template(Initialises(Path("x"), MARIADB), tmp_path)
    assert (first / "ibdata1").read_text() == MARIADB
    (first / "ibdata1").write_text("kept")
    assert template(Initialises(Path("x"), MARIADB), tmp_path) == first
    assert (first / "ibdata1").read_text() == "kept"
    assert template(Initialises(Path("x"), MYSQL), tmp_path) != first
    assert len(list(tmp_path.iterdir())) == 2, "nothing half-made is left"
