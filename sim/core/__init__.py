"""Machinery that has never heard of a county: records, luck, ledger, parameters, labels, units."""
