"""One question a file, asked of many replications; nothing here prints or draws."""
