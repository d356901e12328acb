"""Networks as PyTorch modules: they own parameters and call the equations."""

from eccles.nn.shallow import EINetwork as EINetwork
