"""Chaos tests of the shop: experiments, faults, workloads, guarantees and what is observed."""
