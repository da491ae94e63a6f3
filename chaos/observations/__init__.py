"""The schema of what a run of the shop records: names and inputs of operations, events, and the rows of observations at rest.

Plain data without I/O: observers write these shapes, judges read them.
"""
