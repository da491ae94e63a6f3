"""Load on the shop: profiles (who, how many, for how long), the world that is prepared, and what customers do.

The Locust files also work by hand against any shop that runs: `locust -f chaos/load/locustfile.py -H http://127.0.0.1:3000`.
"""

from typing import Any

from harness.collect import collect
from harness.load.profile import LoadProfile

PROFILES: tuple[LoadProfile[Any], ...] = collect("chaos.load.profiles", LoadProfile)
