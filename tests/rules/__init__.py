"""Rules checked by arithmetic that anyone can repeat."""
