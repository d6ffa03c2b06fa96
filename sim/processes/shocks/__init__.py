"""Misfortunes that befall households, enterprises and crops."""
