"""Commands that ask what would be, and how much is enough."""
