"""Machinery that has never heard of a county: processes and their binding, tables, the ledger, random draws, the calendar."""
