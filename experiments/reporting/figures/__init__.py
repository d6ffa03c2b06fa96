"""Figures, each with its data and its description; never the text of a document."""
