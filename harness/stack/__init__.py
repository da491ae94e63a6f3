"""The system under test, on real servers: built from a services.toml, supervised, and gone without a trace afterwards.

Read `stack` for the story, `topology` for the input, `native` for how servers are started, `guard` for why nothing leaks.
"""
