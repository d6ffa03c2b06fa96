"""What happens: one file of rules per subject, its numbers in the YAML beside it."""

import sim.records
import sim.world  # noqa: F401  the tables are declared before a process names their columns
