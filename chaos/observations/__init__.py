"""The schema of what a run of the shop records: names and inputs of operations, events, and the rows of observations at rest.

Plain data without I/O, on which both sides agree: whoever observes writes these shapes, and judges read them. It belongs to
the shop, not to its judges.
"""
