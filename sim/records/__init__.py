"""What the administration knows: register, signals, verified incomes, dibao files."""
