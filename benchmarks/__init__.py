"""Speed, memory and luck of Xianjie, beside what its peers take for the same work: ``python -m benchmarks``."""
