"""Faults for any system on a stack, one kind per file, independent of the system under test.

A fault is data first (`spec.FaultSpec`): from that it is created (`registry`), planned, recorded, described and judged. An
experiment declares one by a function of its module, e.g. `kill_one_of("order-1", "order-2")`; the inventory of a system and
the run's seed turn the declaration into a spec. This package imports nothing, so that specs can be read without any server's
library.
"""
