"""What is wanted: one function and one record per goal."""
