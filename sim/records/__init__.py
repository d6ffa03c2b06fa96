"""What the administration knows: register, signals, verified incomes, dibao files."""

from sim.records import cases, register  # noqa: F401  declare the tables
