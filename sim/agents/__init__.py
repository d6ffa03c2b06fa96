"""The agents as Mesa sees them: faces of rows."""
