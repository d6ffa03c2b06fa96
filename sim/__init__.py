"""One county, lived month by month."""
