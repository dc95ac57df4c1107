"""Compromises, what has to be made again, and what a key signed, in SQL."""
