"""Networks as PyTorch modules: they own parameters and call the equations."""

from eccles.nn.circuit import CircuitRules as CircuitRules
from eccles.nn.circuit import EICircuit as EICircuit
from eccles.nn.circuit import EIConv2d as EIConv2d
from eccles.nn.circuit import EILinear as EILinear
from eccles.nn.circuit import EIReadout as EIReadout
from eccles.nn.shallow import EINetwork as EINetwork
