"""What exists: one file per table, and how January 2021 came to be."""

from sim.world import enterprises, environment, histories, households, persons, places  # noqa: F401  declare the tables
