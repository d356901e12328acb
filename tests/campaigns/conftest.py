"""What campaigns are made of holds no tests, and imports its neighbours by their names alone."""

collect_ignore_glob = ["inputs/*.py", "[!t]*.py"]
