"""Commands that show the model: its levers, numbers, goals and pages."""
