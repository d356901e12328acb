"""Event cameras: what they saw, as frames."""
