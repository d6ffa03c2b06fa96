"""The command line: options in, exit code out, one command a file; nothing here computes."""
