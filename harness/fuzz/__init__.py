"""Fuzzing of a running system: its REST operations, RPCs and queues. Knows no system under test."""
