"""Who works where, and for what wage."""
