"""What the loop trains: one task for every kind of network."""
