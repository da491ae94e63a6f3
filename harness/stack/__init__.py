"""The system under test, on real servers: built from a services.toml, supervised, and removed completely when it stops.

`stack` is the public object, `topology` the input, `native` and `docker` start servers, `guard` cleans up after a crash.
"""
