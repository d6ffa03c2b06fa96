"""What households earn, spend, save and owe."""
