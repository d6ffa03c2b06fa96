"""What commands print; never a figure or a file."""
