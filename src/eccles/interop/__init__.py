"""Other tools: networks to and from NIR, with measured fidelity, and what a network costs.

Graphs
    to_nir gives an Exported graph of a network; from_nir reads a file as a Model, network and
    weights; fidelity compares a graph with the network, as a Fidelity.
Costs
    cost counts what NeuroBench does, as a Cost; TABLES are the energies that are known, each an
    Energies, and joules makes energy of counts.

NIR needs the extra `interop`.
"""

from eccles.exports import public as _public
from eccles.interop.costs import Cost as Cost
from eccles.interop.costs import cost as cost
from eccles.interop.energies import TABLES as TABLES
from eccles.interop.energies import Energies as Energies
from eccles.interop.energies import joules as joules
from eccles.interop.fidelity import Fidelity as Fidelity
from eccles.interop.fidelity import fidelity as fidelity
from eccles.interop.importing import from_nir as from_nir
from eccles.interop.model import Model as Model
from eccles.interop.writing import Exported as Exported
from eccles.interop.writing import to_nir as to_nir

__all__ = _public(globals())
