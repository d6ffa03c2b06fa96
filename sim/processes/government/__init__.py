"""Budgets, discretionary programmes, queues and cases."""
