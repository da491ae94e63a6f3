"""The engine, which knows no shop."""
