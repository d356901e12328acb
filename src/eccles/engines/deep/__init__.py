"""The engine of deep networks: all steps of a layer in one pass."""
