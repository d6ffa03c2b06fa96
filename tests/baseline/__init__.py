"""The baseline's numbers, pinned."""
