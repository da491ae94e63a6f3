"""What the shop's customers do, one workload per file. Every request is on record before it leaves."""
