"""Interfaces judged against what was released and against what their consumers use. Knows no system under test."""
