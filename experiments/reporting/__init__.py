"""Figures, tables and documents in two languages, made from results; nothing here runs a county."""
