"""Commands that run a plan and read its result."""
