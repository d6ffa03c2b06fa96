"""Commands that look at a plan and its county before anything is run."""
