"""Studies of our own on memristive devices that hold the weights: a YAML file each."""
