"""Data of one's own, named by its path."""
