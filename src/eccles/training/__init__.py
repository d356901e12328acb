"""Training: settings in, a network and its history out.

`eccles.train`, `eccles.TrainConfig`, `eccles.TrainResult` and `eccles.evaluate` are its public
names. They are imported from the package's root, so that reading settings doesn't import torch.
"""
