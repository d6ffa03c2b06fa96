"""What exists: one file per table, and the founding that makes January 2021."""
