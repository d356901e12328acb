"""One value for a network: populations, projections and a readout, in words that people use."""

from eccles.exports import public as _public
from eccles.network.names import End as End
from eccles.network.network import Network as Network
from eccles.network.network import Readout as Readout
from eccles.network.population import Population as Population
from eccles.network.presets import circuit as circuit
from eccles.network.presets import kilgore2025 as kilgore2025
from eccles.network.presets import layered as layered
from eccles.network.projection import Projection as Projection

__all__ = _public(globals())
