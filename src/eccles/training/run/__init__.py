"""A run's files: what was asked, what came of it, and how to go on."""
