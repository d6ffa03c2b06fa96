"""Six invented households whose every yuan can be followed by hand."""
