"""The equations, once, as pure functions on tensors: any device, any dtype, autograd."""

from eccles.functional.lif import LIFParameters as LIFParameters
from eccles.functional.lif import LIFState as LIFState
from eccles.functional.lif import decay as decay
from eccles.functional.lif import lif as lif
from eccles.functional.lif import lif_step as lif_step
from eccles.functional.loss import max_over_time_loss as max_over_time_loss
from eccles.functional.loss import peaks as peaks
from eccles.functional.loss import predict as predict
from eccles.functional.readout import ReadoutState as ReadoutState
from eccles.functional.readout import readout as readout
from eccles.functional.readout import readout_step as readout_step
from eccles.functional.surrogate import ArcTan as ArcTan
from eccles.functional.surrogate import Sigmoid as Sigmoid
from eccles.functional.surrogate import SuperSpike as SuperSpike
from eccles.functional.surrogate import Surrogate as Surrogate
from eccles.functional.surrogate import Triangle as Triangle
from eccles.functional.surrogate import spike as spike
from eccles.functional.surrogate import surrogate as surrogate
