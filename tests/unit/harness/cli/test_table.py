import io

from rich.console import Console
from rich.table import Table

from harness.cli.endpoints import print_whole


def test_nothing_is_cut_off_however_narrow_the_terminal() -> None:
    written = io.StringIO()
    table = Table(box=None, show_header=False)
    secret = "0123456789abcdef" * 4
    table.add_row("ADMIN_PASSWORD", secret)
    print_whole(table, Console(file=written, width=40, soft_wrap=True))
    assert f"ADMIN_PASSWORD {secret}" in " ".join(written.getvalue().split())
    assert len(written.getvalue().strip().splitlines()) == 1
