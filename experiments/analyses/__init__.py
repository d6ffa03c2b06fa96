"""One analysis a file, over many replications; nothing here prints or renders."""
