"""What a command may be asked for at most: beyond it nothing is meant, and counting alone would take for ever."""

MOST_REPLICATIONS = 1_000_000
