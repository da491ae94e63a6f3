"""The events of a load run, which its triggers, its requirements and its report read."""

PROGRESS = "load_progress"
"""Once a second while the load lasts: users, requests so far and rate, as Locust counts them."""

GENERATOR = "load_generator"
"""At the end, about each process: visits due and begun late, its longest delay (s), CPU (s), memory (bytes)."""

LATENCIES = "load_latencies"
"""At the end, about each operation: percentiles (ms) from the moment at which it was due, without the warm-up."""

ON_TIME = "load_on_time"
"""At the end, unless too many visits began late: then what was measured is the generator, and not the system."""

MOST_LATE = 0.05
"""The share of visits that may."""
