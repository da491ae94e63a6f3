"""Fuzzing of a running system: its REST operations, RPCs and queues. Knows no system under test.

`fuzzer` says what a part is, `fuzzing` what it works with, `suite` how a system hands its parts in; `record` is what is kept
of a run, `judging` the verdict on a part.
"""
