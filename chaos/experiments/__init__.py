"""The experiments on the shop, one per file. Every module of this package is loaded, so adding a file adds an experiment."""

from harness.collect import collect
from harness.experiment import Experiment

EXPERIMENTS = collect(__name__, Experiment)
