"""python -m harness.cli: the same as `gauntlet`."""

from harness.cli import main

main()
