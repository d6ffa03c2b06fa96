"""Commands that question the model and its results."""
