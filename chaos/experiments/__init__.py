"""What is done to the shop, one experiment per file. Adding one is adding a file."""

from harness.collect import collect
from harness.experiment import Experiment

EXPERIMENTS = collect(__name__, Experiment)
