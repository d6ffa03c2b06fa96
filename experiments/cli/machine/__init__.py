"""Commands and options for many counties and several machines."""
