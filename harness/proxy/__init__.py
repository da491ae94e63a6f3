"""A TCP proxy that speaks Toxiproxy's HTTP API, replays what is random from a seed, and counts what it does to traffic."""
