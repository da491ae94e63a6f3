"""The stand-in for Toxiproxy: its command line, and that it has no more than the real server."""

import pytest
from starlette.routing import Route

from ci.images.toxiproxy.toxiproxy import application, main, parser
from harness.proxy.proxies import Proxies
from harness.seed import Seed


def paths(*, metrics: bool) -> set[str]:
    served = application(Proxies(Seed(1)), metrics=metrics)
    return {route.path for route in served.routes if isinstance(route, Route)}


@pytest.mark.parametrize("given", [["-port=18474"], ["-port", "18474"], ["--port=18474"]])
def test_options_are_written_as_go_writes_them(given: list[str]) -> None:
    chosen = parser().parse_args([*given, "-host=127.0.0.1", "-proxy-metrics"])
    assert (chosen.host, chosen.port, chosen.seed, chosen.proxy_metrics) == ("127.0.0.1", 18474, None, True)


def test_it_has_what_the_real_server_has_and_no_more() -> None:
    assert "/proxies/{proxy}/toxics/{toxic}" in paths(metrics=False)
    assert "/proxies/{proxy}/effects" not in paths(metrics=True)
    assert "/metrics" not in paths(metrics=False)
    assert "/metrics" in paths(metrics=True)


def test_it_says_what_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(["-version"])
    assert "THIS IS NOT TOXIPROXY" in capsys.readouterr().out


def test_what_it_cannot_do_is_refused(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["toxiproxy-server", "-runtime-metrics"])
    with pytest.raises(SystemExit):
        main()
    assert "leave -runtime-metrics out" in capsys.readouterr().err
