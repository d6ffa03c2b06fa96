"""The addresses of the page, a file for each area; ``app`` is the table of them all."""
