"""Two versions of the messages side by side in one process: what one writes, the other reads, and hands on undamaged."""
