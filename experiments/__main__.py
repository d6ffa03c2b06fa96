"""``python -m experiments`` is the command ``xianjie``."""

from experiments.cli.app import main

if __name__ == "__main__":
    main()
