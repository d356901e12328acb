"""Networks as PyTorch modules: they own parameters and call the equations."""

from eccles.exports import public as _public
from eccles.nn.block import SpikingLayer as SpikingLayer
from eccles.nn.block import TimeDistributed as TimeDistributed
from eccles.nn.circuit import EICircuit as EICircuit
from eccles.nn.column import ColumnConv2d as ColumnConv2d
from eccles.nn.column import ColumnLinear as ColumnLinear
from eccles.nn.deep import MODELS as MODELS
from eccles.nn.deep import DeepNetwork as DeepNetwork
from eccles.nn.deep import deep_network as deep_network
from eccles.nn.ei_layers import EIConv2d as EIConv2d
from eccles.nn.ei_layers import EILinear as EILinear
from eccles.nn.ei_layers import EIReadout as EIReadout
from eccles.nn.former import OverSteps as OverSteps
from eccles.nn.former import Spiking as Spiking
from eccles.nn.layers import circuit_layers as circuit_layers
from eccles.nn.own import OwnNetwork as OwnNetwork
from eccles.nn.regulation import regulate as regulate
from eccles.nn.rules import CircuitRules as CircuitRules
from eccles.nn.shallow import EINetwork as EINetwork
from eccles.nn.spiking import SpikingNetwork as SpikingNetwork

__all__ = _public(globals())
