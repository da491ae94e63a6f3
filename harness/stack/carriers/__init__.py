"""What carries the edges of a stack that is `proxied`: a server with Toxiproxy's API, ours or a real one.

`choice` selects one; there is one file per origin of a server.
"""

from harness.stack.carriers.carrier import Carrier, CarrierMissing, RunningCarrier
from harness.stack.carriers.choice import AUTO, CHOICES, choose_carrier

__all__ = ["AUTO", "CHOICES", "Carrier", "CarrierMissing", "RunningCarrier", "choose_carrier"]
