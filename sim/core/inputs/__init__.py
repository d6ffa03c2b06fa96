"""Parameters, units and files of inputs, and how faults in them are told; nothing here knows a table."""
