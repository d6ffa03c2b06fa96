"""What exists: one file per table, and how January 2021 came to be."""

from sim.world import assets, enclave_projects, enterprises, environment, histories, households, loans, persons, places  # noqa: F401  declare the tables
