"""Commands that compare, vary and search: what would change, and how much is enough."""
