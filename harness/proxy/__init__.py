"""A TCP proxy that speaks Toxiproxy's HTTP API, replays what is random from a seed, and counts what it does to traffic.

    api → proxies → proxy → link → stream → stage → toxics/<type>
    HTTP  by name   listens  one     one way  one      lets bytes through,
                             connection       toxic    late or not at all

Beyond Toxiproxy: a seed (another one in the body of POST /reset), the toxic `stall`, GET /proxies/{proxy}/effects, observers,
and an API that never blocks and refuses what crashes it.
"""
