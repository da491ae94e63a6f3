"""Workloads: what the shop's customers do, one per file. Every request is recorded before it is sent."""
