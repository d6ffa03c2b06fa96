"""Sentences about the world that the model has to make true."""
