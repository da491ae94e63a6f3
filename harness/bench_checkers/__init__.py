"""How long judging takes and how much memory it needs, by the length of the history: `gauntlet bench checkers`."""
