"""Many counties: replications, comparisons, sensitivity and briefings; imports sim, never the reverse."""
