"""One county, run month by month."""
