"""Prices, wages, lines and weather of the month."""
