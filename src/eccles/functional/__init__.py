"""The equations, once, as pure functions on tensors: any device, any dtype, autograd.

Neurons
    lif, lif_step with LIFParameters and LIFState; other kinds are a Neuron: LIF, AdaptiveLIF with
    AdaptiveState, ConductanceLIF, Izhikevich with IzhikevichState (izhikevich makes them by name),
    SnntorchLIF and NorseLIF (as other libraries step), and soft_reset, soft_reset_step
    with SoftResetParameters. decay, euler_decay, Constant, net and bursts help.
Readouts, scores, losses
    readout, readout_step with ReadoutState; peaks, means, predict; max_over_time_loss,
    mean_over_time_loss, rate_penalty.
Spikes and their gradients
    spike, spike_from; surrogate makes a Surrogate by name: SuperSpike, Sigmoid, ArcTan, Triangle;
    scaled_gradient.
Circuits of deep networks
    inhibit, integrate, stabilise, net_and_divisive with Currents; lost, lost_by_input, mended and
    by_covariance with Lost, for circuits that keep their balance.

docs/equations.md has them all in symbols.
"""

from eccles.exports import public as _public
from eccles.functional.adaptive import AdaptiveLIF as AdaptiveLIF
from eccles.functional.adaptive import AdaptiveState as AdaptiveState
from eccles.functional.balance import Lost as Lost
from eccles.functional.balance import by_covariance as by_covariance
from eccles.functional.balance import lost as lost
from eccles.functional.balance import lost_by_input as lost_by_input
from eccles.functional.balance import mended as mended
from eccles.functional.bursts import bursts as bursts
from eccles.functional.circuit import Currents as Currents
from eccles.functional.circuit import inhibit as inhibit
from eccles.functional.circuit import integrate as integrate
from eccles.functional.circuit import net_and_divisive as net_and_divisive
from eccles.functional.circuit import stabilise as stabilise
from eccles.functional.conductance import ConductanceLIF as ConductanceLIF
from eccles.functional.conventions import NorseLIF as NorseLIF
from eccles.functional.conventions import SnntorchLIF as SnntorchLIF
from eccles.functional.conventions import euler_decay as euler_decay
from eccles.functional.gradient import scaled_gradient as scaled_gradient
from eccles.functional.izhikevich import Izhikevich as Izhikevich
from eccles.functional.izhikevich import IzhikevichState as IzhikevichState
from eccles.functional.izhikevich import izhikevich as izhikevich
from eccles.functional.lif import LIF as LIF
from eccles.functional.lif import LIFParameters as LIFParameters
from eccles.functional.lif import LIFState as LIFState
from eccles.functional.lif import decay as decay
from eccles.functional.lif import lif as lif
from eccles.functional.lif import lif_step as lif_step
from eccles.functional.loss import max_over_time_loss as max_over_time_loss
from eccles.functional.loss import mean_over_time_loss as mean_over_time_loss
from eccles.functional.loss import means as means
from eccles.functional.loss import peaks as peaks
from eccles.functional.loss import predict as predict
from eccles.functional.neuron import Constant as Constant
from eccles.functional.neuron import Neuron as Neuron
from eccles.functional.neuron import net as net
from eccles.functional.rate_penalty import rate_penalty as rate_penalty
from eccles.functional.readout import ReadoutState as ReadoutState
from eccles.functional.readout import readout as readout
from eccles.functional.readout import readout_step as readout_step
from eccles.functional.soft_reset import SoftResetParameters as SoftResetParameters
from eccles.functional.soft_reset import soft_reset as soft_reset
from eccles.functional.soft_reset import soft_reset_step as soft_reset_step
from eccles.functional.surrogate import ArcTan as ArcTan
from eccles.functional.surrogate import Sigmoid as Sigmoid
from eccles.functional.surrogate import SuperSpike as SuperSpike
from eccles.functional.surrogate import Surrogate as Surrogate
from eccles.functional.surrogate import Triangle as Triangle
from eccles.functional.surrogate import spike as spike
from eccles.functional.surrogate import spike_from as spike_from
from eccles.functional.surrogate import surrogate as surrogate

__all__ = _public(globals())
