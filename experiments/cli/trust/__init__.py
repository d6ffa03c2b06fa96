"""Commands that test the model and its conclusions."""
