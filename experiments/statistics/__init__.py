"""Pure functions on arrays: estimates, indices, designs and searches; nothing here knows a file, a county or a goal."""
