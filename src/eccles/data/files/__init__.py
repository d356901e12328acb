"""Files: where they lie, how they are fetched, and how they are read within bounds."""
