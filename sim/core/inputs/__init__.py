"""Parameters, units and files of inputs, and how faults in them are reported; nothing here knows a table."""
