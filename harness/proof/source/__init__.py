"""The kill matrix: bugs planted in the source, by hand and by a mutator, against the suites that claim to see them."""
