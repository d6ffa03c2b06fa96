"""Runs, results and the command line."""
