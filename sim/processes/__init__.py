"""What happens: one file of rules and one of parameters per process, grouped by subject."""
