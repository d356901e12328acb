"""Initial weights: by scales, at a rate, and of deep networks from a batch (E-I Init)."""

from eccles.exports import public as _public
from eccles.init.ei_init import ei_init as ei_init
from eccles.init.fluctuation import Afferent as Afferent
from eccles.init.fluctuation import balanced as balanced
from eccles.init.fluctuation import fluctuation as fluctuation
from eccles.init.membrane import Drive as Drive
from eccles.init.membrane import Membrane as Membrane
from eccles.init.membrane import Potential as Potential
from eccles.init.moments import Dann as Dann
from eccles.init.moments import Moments as Moments
from eccles.init.moments import Scales as Scales
from eccles.init.moments import bernoulli as bernoulli
from eccles.init.moments import measured as measured
from eccles.init.predicted import predicted as predicted
from eccles.init.projections import UsualScales as UsualScales
from eccles.init.spectral import spectral as spectral
from eccles.init.spectral import spectral_weights as spectral_weights
from eccles.init.to_rate import Start as Start
from eccles.init.to_rate import to_rate as to_rate
from eccles.init.weights import exponential as exponential
from eccles.init.weights import fan_in_std as fan_in_std
from eccles.init.weights import half_normal as half_normal
from eccles.init.weights import signed_normal as signed_normal

__all__ = _public(globals())
