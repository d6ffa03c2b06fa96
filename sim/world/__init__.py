"""What exists: one file per table; never how it came to be, nor what changes it."""

from sim.world import assets, enclave_projects, enterprises, environment, histories, households, loans, persons, places  # noqa: F401  declare the tables
