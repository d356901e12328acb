"""The studies of Liu et al. 2026, deep networks of E-I circuits: a YAML file each."""
