"""Speed and memory of Xianjie beside its peers, and what common random numbers save: ``python -m benchmarks``."""
